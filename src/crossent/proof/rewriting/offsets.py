"""Offsets and scales as a reader writes them: logarithms of constants gathered, conditions not nested."""

from __future__ import annotations

from collections import defaultdict

import sympy
from sympy import Add, Expr, Integer, Mul, Piecewise, Pow, Symbol, log

from crossent.proof.language.symbols import j
from crossent.proof.rewriting import regions
from crossent.proof.rewriting.normal_form import NormalForm
from crossent.proof.rewriting.regions import Part, Split
from crossent.proof.rewriting.relation import factors


def tidy(expression: Expr, normal: NormalForm) -> Expr:
    """The same value, easier to read."""
    if expression.has(Piecewise):
        return _flat(expression, normal)
    return gathered(expression)


def gathered(expression: Expr) -> Expr:
    """c log a + 2 c log b = c log(a b^2), for the logarithms of numbers and letters that have a cofactor in common."""
    groups: dict[Expr, list[tuple[Expr, Expr]]] = defaultdict(list)
    rest: list[Expr] = []
    for term in Add.make_args(sympy.expand(expression)):
        logarithms = [f for f in Mul.make_args(term) if isinstance(f, log) and _constant(f.args[0])]
        if len(logarithms) != 1:
            rest.append(term)
            continue
        coefficient, cofactor = (term / logarithms[0]).as_coeff_Mul()
        groups[cofactor].append((coefficient, logarithms[0].args[0]))
    for cofactor, terms in groups.items():
        least = min((abs(c) for c, _ in terms), default=Integer(1))
        lead = least if terms[0][0] > 0 or all(c > 0 for c, _ in terms) else -least
        if all((c / lead).is_Integer for c, _ in terms):
            inside = Mul(*(Pow(argument, c / lead) for c, argument in terms))
            rest.append(lead * cofactor * log(inside, evaluate=False))
        else:
            rest += [c * cofactor * log(argument) for c, argument in terms]
    return _by_logarithm(Add(*rest))


def _by_logarithm(expression: Expr) -> Expr:
    """(1 - y) log(1 - y) in one term: what a logarithm is multiplied by is gathered and factored."""
    groups: dict[Expr, Expr] = {}
    for term in Add.make_args(expression):
        logarithms = [f for f in Mul.make_args(term) if isinstance(f, log)]
        key = logarithms[0] if len(logarithms) == 1 else Integer(1)
        groups[key] = groups.get(key, Integer(0)) + term / key
    plain = groups.pop(Integer(1), Integer(0))
    return Add(plain, *(Mul(key, *factors(value)) for key, value in groups.items()))


def _constant(argument: Expr) -> bool:
    return bool(argument.is_number or argument.is_Symbol)


def _flat(expression: Expr, normal: NormalForm) -> Expr:
    tree = regions.split(expression, Integer(0), lambda: normal)
    return _rebuilt(tree, normal)


def _rebuilt(tree: Split | Part | None, normal: NormalForm) -> Expr:
    if isinstance(tree, Part):
        return gathered(normal.write(sympy.expand(normal.reduced(tree.left))))
    if tree is None:
        return sympy.nan
    yes, no = _rebuilt(tree.yes, normal), _rebuilt(tree.no, normal)
    return yes if yes == no else Piecewise((yes, tree.condition), (no, True))


def in_letters(expression: Expr) -> Expr:
    """Sums over the classes run over i, the letter that has a sign of its own below the line."""
    return expression.xreplace({j: Symbol("i", integer=True, positive=True)})
