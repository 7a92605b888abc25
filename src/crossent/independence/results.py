"""What a test found, and what all of them together say about the rows."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

SCHEMA = "crossent/iid/1"


@dataclass(frozen=True)
class Effect:
    """How large a departure is, apart from how sure: its name, the estimate, and its 95 % interval if there is one."""

    name: str
    estimate: float
    ci95: tuple[float, float] | None = None

    def __str__(self) -> str:
        interval = "" if self.ci95 is None else f" (95 %: {self.ci95[0]:.4g} to {self.ci95[1]:.4g})"
        return f"{self.name} {self.estimate:.4g}{interval}"


@dataclass(frozen=True, repr=False)
class IidTest:
    """One test of one null hypothesis. `method` says which form was used and why; `about` what was compared, in words.

    `p_value` may be 0 where float64 underflows; `log_p_value` (natural logarithm) never does. `p_error` is the
    standard error of a p-value that was simulated. `adjusted_p_value` is Holm's over the battery.
    """

    __test__ = False  # not one of pytest's

    name: str
    columns: tuple[str, ...]
    method: str
    statistic: float | None
    p_value: float
    log_p_value: float
    effect: Effect | None = None
    adjusted_p_value: float | None = None
    p_error: float | None = None
    n: int | None = None
    about: str = ""
    notes: tuple[str, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)  # what a picture needs: tables, lags, blocks

    def summary(self) -> str:
        """One line: the test, its p-value, the effect, how it was computed."""
        pieces = [f"{self.name}: {p_in_words(self.p_value, self.log_p_value, self.p_error)}"]
        if self.statistic is not None:
            pieces.append(f"statistic {self.statistic:.6g}")
        if self.effect is not None:
            pieces.append(str(self.effect))
        return "; ".join([*pieces, *([f"n = {self.n:,}"] if self.n is not None else []), self.method, *self.notes])

    def __repr__(self) -> str:
        return f"<{self.summary()}>"


@dataclass(frozen=True, repr=False)
class Iid:
    """A battery of tests over one table: evidence against independent, identically distributed rows, or none found.

    `effective_n` is the number of independent rows that would leave the mean loss (or target) as uncertain.
    """

    n: int
    tests: tuple[IidTest, ...]
    effective_n: float | None = None
    tested: str = "the target"  # or "the losses", "the residuals": what independence was asked of
    sentences: tuple[str, ...] = ()  # the verdict in words
    notes: tuple[str, ...] = ()
    columns: Mapping[str, Any] = field(default_factory=dict)
    pictures: Mapping[str, Any] = field(default_factory=dict)  # what they need beside the tests' details

    def to_dict(self) -> dict[str, Any]:
        """The document of `crossent iid --json`."""
        return plain(
            {
                "schema": SCHEMA, "n": self.n, "tested": self.tested, "effective_n": self.effective_n,
                "tests": documents(self.tests), "sentences": list(self.sentences),
                "notes": list(self.notes), "columns": dict(self.columns),
            }
        )  # fmt: skip

    def to_json(self) -> str:
        """`to_dict` as text: floats in full precision, infinities as the strings "inf" and "-inf"."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=1, allow_nan=False)

    def summary(self, width: int = 80) -> str:
        """The verdict in words and the table of tests, for a terminal of this width."""
        return str(import_module("crossent.report.iid").text_of(self, width))

    def __repr__(self) -> str:
        found = sum((test.adjusted_p_value or 0.0) < 0.05 for test in self.tests)
        return f"Iid(n={self.n}, {len(self.tests)} tests, {found} with adjusted P < 0.05)"

    def _repr_html_(self) -> str:
        # The one way up: a notebook asks the object itself how it looks.
        return str(import_module("crossent.report.iid").html_of(self))


def p_in_words(p: float, log_p: float, error: float | None = None) -> str:
    """p = 0.0123, or a power of ten where float64 cannot hold it; with the error of a simulation."""
    if p > 1e-300 or log_p == -math.inf:
        shown = f"p = {p:.4g}"
    else:
        exponent = math.floor(log_p / math.log(10))
        shown = f"p = {math.exp(log_p - exponent * math.log(10)):.4g}e{exponent}"
    return shown if error is None else f"{shown} ± {error:.2g}"


def documents(tests: Sequence[IidTest]) -> list[dict[str, Any]]:
    """The tests as JSON shows them."""
    return [plain(_document(test)) for test in tests]


def _document(test: IidTest) -> dict[str, Any]:
    shown = {key: value for key, value in vars(test).items() if key != "details"}
    effect = test.effect
    shown["effect"] = None if effect is None else vars(effect)
    return shown


def plain(value: Any) -> Any:
    """What JSON can hold: infinities as strings, what is not a number as null, NumPy's numbers as Python's."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    item = getattr(value, "item", None)
    if callable(item):
        value = item()
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else ("inf" if value > 0 else "-inf")
    return value
