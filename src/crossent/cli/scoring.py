"""`crossent score`."""

from __future__ import annotations

import sys

from crossent.cli.codes import CHECK_FAILED, DONE, STANDARD_INPUT


def score(
    *files: str,
    target: str,
    probs: str | None = None,
    logits: str | None = None,
    family: str | None = None,
    param: list[str] | None = None,
    weight: str | None = None,
    cluster: str | None = None,
    time: str | None = None,
    serial: str | None = None,
    lags: int | None = None,
    positive: str | None = None,
    sum_tolerance: float = 1e-3,
    on_bad: str = "error",
    fail_above: float | None = None,
    separator: str | None = None,
    json: bool = False,
) -> int:
    """How good are these predictions? Cross-entropy, its error, the best constant prediction, what was ruled out."""
    from crossent.report.progress import row_counter
    from crossent.report.terminal import print_line, print_score
    from crossent.scoring import score_files

    names = ["-" if name == STANDARD_INPUT else name for name in files]
    with row_counter() as progress:
        result = score_files(
            names, target, probs=probs, logits=logits, family=family, param=tuple(param or ()), weight=weight,
            positive=positive, sum_tolerance=sum_tolerance, on_bad=on_bad, cluster=cluster, time=time, serial=serial,
            lags=lags, separator=separator, progress=progress, check_rows=True,
        )  # fmt: skip
    if json:
        print(result.to_json())
    else:
        print_score(result, names)
        if result.rows is not None and result.rows.sentence:
            print_line(result.rows.sentence)
    if fail_above is None or result.nats <= fail_above:
        return DONE
    print(
        f"crossent: the cross-entropy, {result.nats!r} nats, is above {fail_above!r} (--fail-above).", file=sys.stderr
    )
    return CHECK_FAILED
