"""Random folds flatter a model where rows depend on one another: firms seen over 20 years, and a river over 100.

python examples/dependent_rows.py

grunfeld.csv: what 11 firms invested from 1935 to 1954, their market value and their stock of capital, in millions of
dollars of 1947 (Grunfeld 1950); log_invest is the logarithm. nile.csv: the yearly flow of the Nile at Aswan from 1871
to 1970, in 10^8 cubic metres (Cobb 1978). Both are in the public domain, and here as statsmodels has them.
"""

from __future__ import annotations

import sys
from pathlib import Path

from crossent.fitting.files import fit_files
from crossent.fitting.result import Validation

HERE = Path(__file__).resolve().parent
PLAIN, RICH = "log(value) * log1p(capital)", "log(value) * log1p(capital) + sqrt(value) * sqrt(capital)"
CASES = (
    ("grunfeld.csv", "log_invest", PLAIN, {"cv": 10}),
    ("grunfeld.csv", "log_invest", RICH, {"cv": 10}),
    ("grunfeld.csv", "log_invest", PLAIN, {"cv": 10, "cluster": "firm"}),
    ("grunfeld.csv", "log_invest", RICH, {"cv": 10, "cluster": "firm"}),
    ("nile.csv", "volume", "year", {"cv": 10}),
    ("nile.csv", "volume", "poly(year, 2)", {"cv": 10}),
    ("nile.csv", "volume", "year", {"cv": 5, "time": "year"}),
    ("nile.csv", "volume", "poly(year, 2)", {"cv": 5, "time": "year"}),
)
CLOSING = """
worth: so many independent rows would give the same error. A firm seen in other years, or a year between two that were
seen, is easy to predict; a new firm, or the years to come, is what the model will be asked about. Random folds prefer
the richer formula in both files. For new firms and for the years to come it is the worse one."""


def validations() -> list[tuple[str, str, Validation]]:
    """The cross-entropy out of sample of each case, with its file and formula."""
    found = []
    for file, target, formula, options in CASES:
        fit = fit_files([HERE / file], target, formula=formula, family="normal", **options)
        found.append((file, "richer" if formula not in (PLAIN, "year") else "plain", fit.validation[0]))
    return found


def main() -> int:
    """Print the table."""
    print(f"{'data':<14}{'formula':<9}{'held out':<38}{'nats':>8}{'error':>8}{'worth':>8}")
    for file, formula, held in validations():
        rows = "" if held.effective_n is None else f"{held.effective_n:.0f} rows"
        print(f"{file:<14}{formula:<9}{held.method:<38}{held.nats:>8.3f}{held.standard_error:>8.3f}{rows:>8}")
    print(CLOSING)
    return 0


if __name__ == "__main__":
    sys.exit(main())
