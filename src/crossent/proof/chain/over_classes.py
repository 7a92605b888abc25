"""The density of a row of classes, for every number C of classes: its logarithm, gradient, Hessian, by rules on sums.

The rules: the logarithm of a product is the sum of the logarithms; sums are differentiated term by term; a sum over j
of f(j) [j = k] is f(k); exp(z_k) / sum_j exp(z_j) is p_k.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy
from sympy import Indexed, IndexedBase, KroneckerDelta, Product, Sum, Symbol

from crossent import errors
from crossent.families.class_readings import read_row
from crossent.families.contract import Family
from crossent.proof.chain.algebra import log_of, same
from crossent.proof.chain.traced import along
from crossent.proof.language.symbols import CLASSES, j

k, l = (Symbol(name, integer=True, positive=True) for name in "kl")
N = Symbol("N", positive=True)
P = IndexedBase("p", positive=True)
Q = IndexedBase("q", nonnegative=True)  # the truth of a row: shares that sum to 1
Y = IndexedBase("y", nonnegative=True)  # counts that sum to N
Z = IndexedBase("z", real=True)
SMALL = 3  # classes with which the family's own formulas are compared


@dataclass(frozen=True)
class ClassSubject:
    """One row: `truth` is q or y, `total` their sum (1 or N)."""

    family: Family
    truth: Any
    total: Any
    density: Any
    log_density: Any
    loss_by_logits: Any
    gradient: Any  # by z_k
    hessian: Any  # by z_k, z_l
    gradient_by_probs: Any
    hessian_by_probs: Any


def class_subject(family: Family) -> ClassSubject:
    """Derived for every C, and compared with the family's own formulas at C = 3.

    Raises:
        UsageError: the family's formulas contradict its density.
    """
    counts = family.support.kind == "count_classes"
    truth, total = (Y, N) if counts else (Q, sympy.S.One)
    ways = sympy.factorial(N) / Product(sympy.factorial(Y[j]), (j, 1, CLASSES)) if counts else sympy.S.One
    density = ways * Product(P[j] ** truth[j], (j, 1, CLASSES))
    logarithm = log_of_products(density)
    loss = by_logits(-logarithm, truth, total)
    gradient = named_shares(sift(sympy.diff(loss, Z[k])))
    bend = named_shares(sift(sympy.diff(sift(sympy.diff(loss, Z[k])), Z[l])))
    by_probs = sift(sympy.diff(-logarithm, P[k]))
    made = ClassSubject(
        family,
        truth,
        total,
        density,
        logarithm,
        loss,
        gradient,
        sympy.factor(bend),
        by_probs,
        sympy.diff(by_probs, P[k]),
    )
    _check(made)
    return made


# -- rules -------------------------------------------------------------------------------------------------------------


def log_of_products(expression: Any) -> Any:
    """log of a product over classes as the sum over classes of the logarithms."""
    total: Any = sympy.S.Zero
    for factor in sympy.Mul.make_args(expression):
        base, exponent = factor.as_base_exp()
        if isinstance(base, Product):
            total += exponent * Sum(_log(base.function), *base.limits)
        else:
            total += _log(factor)
    return total


def _log(factor: Any) -> Any:
    return sympy.log(factor) if isinstance(factor, sympy.factorial) else log_of(factor, {})


def by_logits(loss: Any, truth: Any, total: Any) -> Any:
    """log p_j = z_j - log sum_j exp(z_j), and the truth sums to its total."""
    normaliser = sympy.log(Sum(sympy.exp(Z[j]), (j, 1, CLASSES)))
    rest = loss + Sum(truth[j] * sympy.log(P[j]), (j, 1, CLASSES))
    return rest + total * normaliser - Sum(truth[j] * Z[j], (j, 1, CLASSES))


def sift(expression: Any) -> Any:
    """sum over j of f(j) [j = k] as f(k)."""

    def one(part: Any) -> Any:
        index = part.variables[0]
        for delta in part.function.atoms(KroneckerDelta):
            others = [side for side in delta.args if side != index]
            if len(others) == 1:
                return (part.function / delta).subs(index, others[0])
        return part

    return expression.replace(lambda part: isinstance(part, Sum), one)


def named_shares(expression: Any) -> Any:
    """exp(z_k) / sum_j exp(z_j) as p_k."""
    normaliser = Sum(sympy.exp(Z[j]), (j, 1, CLASSES))
    held = Symbol("S", positive=True)
    made = sympy.expand(expression.subs(normaliser, held))
    for index in (k, l):
        made = made.subs(sympy.exp(Z[index]), held * P[index])
    return sympy.expand(made)


def at_classes(expression: Any, classes: int) -> Any:
    """The expression for a given number of classes, with letters p_1, q_1, z_1, ... for the entries."""
    made = expression.subs(CLASSES, classes).doit()
    return made.xreplace({entry: letter(entry.base.label.name, entry.indices[0]) for entry in made.atoms(Indexed)})


def letter(name: str, index: Any) -> Symbol:
    return Symbol(f"{name}_{index}", real=True) if name == "z" else Symbol(f"{name}_{index}", positive=True)


# -- the family's own formulas -----------------------------------------------------------------------------------------


def _check(made: ClassSubject) -> None:
    """Loss, gradient and Hessian at C = 3 against the formulas that run, where the first class is the likeliest."""
    name = made.truth.label.name
    truth = [letter(name, index) for index in range(1, SMALL + 1)]
    z = [letter("z", index) for index in range(1, SMALL + 1)]
    weights = [Symbol(f"w_{index}", positive=True) for index in range(1, SMALL + 1)]
    point = dict(zip(truth, (sympy.S(3), sympy.S(2), sympy.S(1)), strict=True))
    logs = {z_j: sympy.log(w) for z_j, w in zip(z, weights, strict=True)}  # every row of logits is a row of logs
    point |= dict(zip(z, (2, 1, 0), strict=True)) | dict(zip(weights, (3, 2, 1), strict=True))

    def own(*arguments: Any) -> Any:
        row = read_row(made.family.classes, arguments[:SMALL], arguments[SMALL:], reference=0, most=0)
        return (row.nll, *row.gradient, *(entry for line in row.hessian for entry in line))

    theirs = along(own, [*truth, *z], point)[0]
    total = sympy.Add(*truth)  # the formulas take any sum of the truth; ours say 1 or N
    scale = {N: total} if made.total == N else {}
    ours = [at_classes(made.loss_by_logits, SMALL)]
    shares = {letter("p", a): sympy.exp(z[a - 1]) / sympy.Add(*map(sympy.exp, z)) for a in range(1, SMALL + 1)}
    indices = range(1, SMALL + 1)
    ours += [at_classes(made.gradient.subs(k, a), SMALL).subs(shares) for a in indices]
    ours += [at_classes(made.hessian.subs({k: a, l: b}), SMALL).subs(shares) for a in indices for b in indices]
    unit = {truth[-1]: 1 - sympy.Add(*truth[:-1])} if made.total == 1 else {}
    at = {**point, **({truth[0]: sympy.Rational(1, 2), truth[1]: sympy.Rational(1, 3)} if unit else {})}
    for what, ours_, theirs_ in zip(["nll"] + ["gradient"] * SMALL + ["hessian"] * SMALL**2, ours, theirs, strict=True):
        difference = (ours_.subs(scale) - theirs_).subs(unit).subs(logs)
        if not same(difference.replace(sympy.factorial, lambda x: sympy.exp(sympy.loggamma(x + 1))), sympy.S.Zero, at):
            words = {str(symbol): str(value) for symbol, value in at.items()}
            raise errors.formula_contradicts(made.family.name, what, str(ours_), words)
