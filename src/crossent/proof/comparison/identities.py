"""The mean of the rows' cross-entropies, the cross-entropy of the pooled rows, and the average conditional one.

    (1/N) sum_i H(q_i, p)  =  H(mean of q_i, p)                 one prediction p for all rows
    (1/N) sum_i H(q_i, p_g(i))  =  sum_g (N_g/N) H(mean of q_i in g, p_g)      rows of a group g share a prediction

Rows that have a prediction each are groups of one. The cross-entropy of the pooled rows with the pooled prediction is
another number as soon as two predictions differ: a counterexample of two rows shows it.
"""

from __future__ import annotations

from typing import Any

from sympy import Expr, IndexedBase, Integer, Rational, Sum, Symbol, log

from crossent import errors
from crossent.proof.evidence.enclosure import enclosed
from crossent.proof.evidence.witness import certificate
from crossent.proof.language.writing import latex, unicode_line
from crossent.proof.results import DIFFERENT, EQUAL, Case, Proof, Step
from crossent.proof.rewriting import multiple_sums

_j, _g, _i = (Symbol(name, integer=True, positive=True) for name in ("j", "g", "i"))
_C, _G, _N = (Symbol(name, integer=True, positive=True) for name in ("C", "G", "N"))
_q, _p, _sizes = IndexedBase("q", nonnegative=True), IndexedBase("p", positive=True), IndexedBase("N", positive=True)


def _mean_shared() -> Expr:
    return Sum(Sum(-_q[_i, _j] * log(_p[_j]), (_j, 1, _C)), (_i, 1, _N)) / _N


def _pooled() -> Expr:
    return Sum(-Sum(_q[_i, _j] / _N, (_i, 1, _N)) * log(_p[_j]), (_j, 1, _C))


def _mean_grouped() -> Expr:
    row = Sum(-_q[_g, _i, _j] * log(_p[_g, _j]), (_j, 1, _C))
    return Sum(Sum(row, (_i, 1, _sizes[_g])), (_g, 1, _G)) / _N


def _conditional() -> Expr:
    share = Sum(_q[_g, _i, _j] / _sizes[_g], (_i, 1, _sizes[_g]))
    return Sum(_sizes[_g] / _N * Sum(-share * log(_p[_g, _j]), (_j, 1, _C)), (_g, 1, _G))


EXCHANGE = "exchange the sums"
NAMES = ("mean_ce", "mean_ce(shared=True)", "pooled_ce", "conditional_ce")


def identity(left: Any, right: Any) -> Proof | None:
    """The proof if the two names are of this file, else None.

    >>> identity("mean_ce(shared=True)", "pooled_ce").verdict
    'equal'
    """
    pair = frozenset((left, right)) if isinstance(left, str) and isinstance(right, str) else frozenset()
    if pair == {"mean_ce(shared=True)", "pooled_ce"}:
        condition = "one prediction p for all rows"
        return _equal(left, right, _mean_shared(), _pooled(), "every N and C; every row qᵢ of probabilities", condition)
    if pair == {"mean_ce", "conditional_ce"}:
        condition = "rows of a group g share the prediction p_g"
        return _equal(
            left, right, _mean_grouped(), _conditional(), "every number of groups, rows and classes", condition
        )
    if pair == {"mean_ce", "pooled_ce"}:
        return _different(left, right)
    return None


def _equal(left: str, right: str, mean: Expr, pooled: Expr, domain: str, condition: str) -> Proof:
    if left in ("pooled_ce", "conditional_ce"):
        mean, pooled = pooled, mean
    if not multiple_sums.equal(mean, pooled):
        raise errors.guard_failed(step=EXCHANGE, point=left, left=mean, right=pooled)
    steps = (
        _step("substitute", left, mean),
        _step("substitute", right, pooled),
        Step(EXCHANGE, "Σᵢ Σⱼ qᵢⱼ·log pⱼ = Σⱼ (Σᵢ qᵢⱼ)·log pⱼ, since log pⱼ is the same in all these rows",
             r"\sum_i \sum_j q_{ij} \log p_j = \sum_j \left(\sum_i q_{ij}\right) \log p_j"),
        Step("cancel", f"{left} − {right} = 0", rf"\mathrm{{{left}}} - \mathrm{{{right}}} = 0".replace("_", r"\_")),
    )  # fmt: skip
    return Proof(
        left, right, EQUAL, f"equal: {left} = {right}, where {condition}",
        cases=(Case("soft", False, EQUAL), Case("hard", False, EQUAL)),
        domain=domain, scale=Integer(1), offset=Integer(0), conditions=(condition,), steps=steps,
        carries_over=dict.fromkeys(_quantities(), "yes"),
        left_formula=(unicode_line(mean), latex(mean)), right_formula=(unicode_line(pooled), latex(pooled)),
    )  # fmt: skip


def _different(left: str, right: str) -> Proof:
    """Two rows, each predicted well; pooled, the prediction knows nothing."""
    own, pooled = Rational(9, 10), Rational(1, 2)
    values = {"mean_ce": -log(own), "pooled_ce": -log(pooled)}
    found = certificate(
        {"q": "(1, 0); (0, 1)", "p": "(0.9, 0.1); (0.1, 0.9)", "pooled q": "(0.5, 0.5)", "pooled p": "(0.5, 0.5)"},
        enclosed(values[left], {}), enclosed(values[right], {}),
        "two rows with a prediction each, against their pooled truth and their pooled prediction",
    )  # fmt: skip
    return Proof(
        left, right, DIFFERENT, "different: equal where all rows share one prediction; mean_ce is conditional_ce",
        cases=(Case("hard", False, DIFFERENT),), domain="every N and C; a prediction for every row",
        carries_over=dict.fromkeys(_quantities(), "no"), counterexample=found,
    )  # fmt: skip


def _quantities() -> tuple[str, ...]:
    from crossent.proof.comparison.carries_over import QUANTITIES

    return QUANTITIES


def _step(rule: str, name: str, formula: Expr) -> Step:
    return Step(rule, f"{name} = {unicode_line(formula)}", latex(formula))
