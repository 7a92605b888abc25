"""Write tests/references/fits.json: maximum-likelihood fits of many data sets to 40 digits.

    python tools/make_fit_references.py            # all of them: some minutes, fewer if gmpy2 is installed
    python tools/make_fit_references.py tiny nile  # these alone, the others are kept

The likelihoods are the textbook's (exact_likelihoods.py), the design is taken as the exact float64 numbers it holds,
and Newton's method runs at 80 digits (exact_fit.py). Standard errors are from the observed information; those of the
Normal's coefficients at RSS / (n - p). With `sample_weight`, also those of the sandwich.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from exact_fit import FINE, Problem, least_squares, maximum
from fit_reference_sets import MADE, PACKAGED
from mpmath import mp, mpf

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))
TARGET = ROOT / "tests/references/fits.json"
SEED = 20_240_229
DIGITS = 40


def entries() -> dict[str, dict[str, Any]]:
    """Every data set, without its fit. Each made one has its own seed, so that adding one changes no other."""
    packaged = {name: {"family": f, "link": link, "data": {"package": p}} for name, (f, link, p) in PACKAGED.items()}
    made = {name: make(np.random.default_rng([SEED, *name.encode()])) for name, make in MADE.items()}
    return packaged | made


def exact(values: Any, rows: int, default: int) -> list[Any]:
    """Numbers as they are, in mpmath."""
    if values is None:
        return [mpf(default)] * rows
    return [mpf(float(v)) for v in np.broadcast_to(np.asarray(values, np.float64), (rows,))]


def fit(entry: dict[str, Any]) -> dict[str, Any]:
    """The entry with what the likelihood says."""
    from references import load

    target, columns, options = load(entry["data"])
    family, rows = entry["family"], len(target)
    y = exact(target, rows, 0)
    design = [[mpf(1), *row] for row in zip(*(exact(c, rows, 0) for c in columns.values()), strict=True)]
    offsets = exact(options.get("offset"), rows, 0)
    if "exposure" in options:
        with mp.workdps(100):
            offsets = [o + mp.log(e) for o, e in zip(offsets, exact(options["exposure"], rows, 1), strict=True)]
    frequencies, weighting = (exact(options.get(name), rows, 1) for name in ("frequency", "sample_weight"))
    weights = [f * w for f, w in zip(frequencies, weighting, strict=True)]
    predictors = int(target.max()) if family == "Categorical" else 1
    fixed = options.get("fixed", {}).get("concentration")
    scalars = int(family == "NegativeBinomial" and fixed is None)
    names = ["Intercept", *columns]
    if family == "Categorical":
        names = [f"{j + 1}:{name}" for j in range(predictors) for name in names]
    if family == "Normal":
        found = least_squares(y, design, weights, offsets)
    else:
        totals = exact(options.get("total_count", fixed), rows, 1)
        link = entry["link"]
        problem = Problem(family, link, y, design, predictors, scalars, totals, offsets, weights)
        found = maximum(problem, start(problem))
    if scalars:  # r = exp(its logarithm): at the maximum the errors follow by the slope
        with mp.workdps(FINE):
            r = found.coefficients[-1] = mp.exp(found.coefficients[-1])
            found.errors[-1] *= r
    made = {
        "names": names + ["concentration"] * scalars,
        "coefficients": [text(c) for c in found.coefficients],
        "standard_errors": [text(e) for e in found.errors],
        "log_likelihood": text(found.value),
        "condition": float(mp.nstr(found.condition, 6)),
    }
    if "sample_weight" in options:
        made["robust_errors"] = [text(e) for e in found.robust]
    return entry | made


def start(problem: Problem) -> list[Any]:
    """All slopes 0 and the mean in the middle of the data; halved steps do the rest."""
    p = len(problem.design[0])
    at = [mpf(0)] * problem.size
    whole = mp.fsum(problem.target) / mp.fsum(
        problem.totals if problem.family == "Binomial" else [1] * len(problem.target)
    )
    shift = mp.fsum(problem.offsets) / len(problem.offsets)
    if problem.family == "Categorical":
        return at
    mean = {"log": mp.log, "identity": lambda m: m, "logit": lambda m: mp.log(m / (1 - m))}
    at[0] = mean.get(problem.link, lambda m: mpf(0))(whole) - (shift if problem.link == "log" else 0)
    assert p <= len(at)
    return at


def text(number: Any) -> str:
    return mp.nstr(number, DIGITS, strip_zeros=False)


def main() -> None:
    """Fit and write."""
    chosen, known = sys.argv[1:], {}
    if chosen and TARGET.exists():
        known = json.loads(TARGET.read_text())["sets"]
    sets = {}
    for name, entry in entries().items():
        if chosen and name not in chosen and name in known:
            sets[name] = known[name]
            continue
        began = time.perf_counter()
        sets[name] = fit(entry)
        shown = f"{name}: condition {sets[name]['condition']:.2g}, {time.perf_counter() - began:.1f} s\n"
        sys.stdout.write(shown)
        sys.stdout.flush()
    made = {"made_by": "python tools/make_fit_references.py", "digits": DIGITS, "sets": sets}
    lines = json.dumps(made, indent=1).replace("\n    ", " ").replace("\n   ]", "]")
    TARGET.write_text(lines + "\n")


if __name__ == "__main__":
    main()
