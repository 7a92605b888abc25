"""The types and the help of every option, by its name, which means the same in every command."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

HINTS: dict[str, Any] = {
    "files": str,
    "target": str,
    "probs": str | None,
    "logits": str | None,
    "family": str | None,
    "param": list[str] | None,
    "weight": str | None,
    "positive": str | None,
    "sum_tolerance": float,
    "on_bad": str,
    "fail_above": float | None,
    "separator": str | None,
    "json": bool,
    "left": str,
    "right": str,
    "name": str,
    "function": str,
    "expect": str | None,
    "domain": list[str] | None,
    "steps": bool,
    "latex": bool,
    "html": bool,
    "output": str | None,
    "data": str | None,
    "link": str | None,
    "features": list[str] | None,
    "formula": str | None,
    "trials": str | None,
    "offset": str | None,
    "exposure": str | None,
    "frequency": str | None,
    "cluster": str | None,
    "time": str | None,
    "serial": str | None,
    "lags": int | None,
    "gap": int,
    "cv": int | None,
    "ridge": float,
    "fixed": list[str] | None,
    "missing": str,
    "errors": str | None,
    "save": str | None,
    "report": str | None,
    "seed": int,
    "model": str,
    "keep": list[str] | None,
    "raw_text": bool,
    "reference": str | None,
    "expected": list[str] | None,
}
OPTIONS = {
    "files": "CSV or Parquet files, folders or globs, read as one table; - is standard input.",
    "target": "The column that holds what happened.",
    "probs": "The column of the probability of 1 or of --positive; or 'p_*', a column for each class by its name.",
    "logits": "The same as log-odds, or 'z_*' as logits.",
    "family": "The distribution of the target; `crossent families` lists them.",
    "param": "NAME=COLUMN, or NAME=NUMBER for a constant; once for each parameter.",
    "weight": "The column of weights: finite, at least 0; a row of weight 0 is not looked at.",
    "positive": "The label that counts as 1, where the target is one of two labels; it is never guessed.",
    "sum_tolerance": "How far the probabilities of a row may miss a sum of 1. They are never renormalised.",
    "on_bad": "error: stop at the first bad row. skip: leave bad rows out, and count them.",
    "fail_above": "Exit with 1 if the cross-entropy is above this many nats.",
    "separator": "What separates the fields of CSV files (tab, comma, semicolon, pipe, or the character).",
    "json": "One JSON document instead of a table.",
    "left": "A loss: a name of the catalogue (bce, 'focal(gamma=2)', torch.nn.KLDivLoss), a family, or a formula.",
    "right": "What it is compared with: another one.",
    "name": "A family; `crossent families` lists them.",
    "function": "MODULE:FUNCTION, a function of (target, prediction); its module is imported, from this folder too.",
    "expect": "Exit with 1 if the verdict is another one: equal, affine, negated, different, incomparable or unknown.",
    "domain": "NAME=KIND for a variable of a formula, once for each: real, positive, unit, binary, sign or count.",
    "steps": "Every step of the proof, not only its name.",
    "latex": "LaTeX, which needs amsmath.",
    "html": "One HTML page, with no script and no network.",
    "output": "Write to this file, whole or not at all; .html, .json and .tex, .parquet and .csv choose the form.",
    "link": "Of the regression: logit, cloglog, log or identity (derive: softmax too); else the family's own.",
    "features": "The columns that explain the target: a,b,c. Text columns are categories.",
    "formula": "Instead of --features: 'age + C(region) + age:bmi'. Columns and a few transforms, nothing else.",
    "trials": "Binomial: the column of the number of trials, or one number.",
    "offset": "The column that is added to the linear predictor.",
    "exposure": "The column whose logarithm is: rates per exposure.",
    "frequency": "The column of how often each row was seen; errors and n count it.",
    "cluster": "The column that says which rows belong together: errors are clustered, folds are kept whole.",
    "time": "The column that orders the rows: score's errors are those of a series, fit --cv predicts later rows.",
    "serial": "How --time finds the error: series (cosines, the default) or bartlett (Newey and West).",
    "lags": "The lags of --serial bartlett; ceil(1.3 sqrt(n)) - 1 unless it is said.",
    "gap": "How many of its values are left out between learning and predicting.",
    "cv": "So many folds for the cross-entropy out of sample.",
    "ridge": "The penalty on half the sum of squares of the coefficients, but the intercept's.",
    "fixed": "NAME=NUMBER for a parameter that is not learned: concentration=1.",
    "missing": "error: stop at a missing value. drop (fit): leave such rows out, and count them. null (predict): such "
    "rows get no prediction.",
    "errors": "Standard errors: model (from the likelihood) or sandwich (robust).",
    "save": "Write the model to this JSON file, for `crossent predict`.",
    "report": "Write the table, pictures and this command to one self-contained HTML page.",
    "seed": "Of whatever is drawn at random: folds, the bootstrap.",
    "model": "A model that `crossent fit --save` wrote.",
    "keep": "Columns to carry along beside the target: a,b,c.",
    "raw_text": "CSV: text cells as they are. Without it, those that a spreadsheet would run begin with '.",
    "reference": "iid: files of another sample, which the rows should resemble.",
    "expected": "iid: LEVEL=SHARE,LEVEL=SHARE, the population that the rows are said to be a random sample from.",
    "data": "A CSV or Parquet file: every step shows its number on the column --target of it.",
}
SHORT = {"output": ("--output", "-o")}


def annotated(command: Callable[..., int]) -> Callable[..., int]:
    """The command with types and help at its options, which would otherwise cost the parser's import at every start."""
    import cyclopts

    hints = command.__annotations__
    for name, words in OPTIONS.items():
        if name in hints:
            hints[name] = Annotated[HINTS[name], cyclopts.Parameter(name=SHORT.get(name), help=words, negative=())]
    hints["return"] = int
    return command
