"""The steps that a reader follows: each a rule by name, proved by the normal form and guarded by numbers."""

from __future__ import annotations

import mpmath
from sympy import Expr

from crossent import errors
from crossent.proof.comparison.cases import Verdict
from crossent.proof.comparison.grounds import Ground
from crossent.proof.comparison.question import Question
from crossent.proof.comparison.sentences import relation_words
from crossent.proof.evidence import samples
from crossent.proof.evidence.enclosure import NoEnclosure, exact
from crossent.proof.language.writing import latex, meant, unicode_line
from crossent.proof.results import Step
from crossent.proof.rewriting.offsets import in_letters, tidy

POINTS = 50
DIGITS = 40


def guard(ground: Ground, rule: str, before: Expr, after: Expr, hard: bool = False) -> None:
    """Both sides of a step at random points, to 40 digits: this never establishes a step, but it may stop a proof."""
    if before == after:
        return
    checked = 0
    for env in samples.random_points(ground, 4 * POINTS, hard):
        try:
            one, other = exact(before, env, DIGITS), exact(after, env, DIGITS)
        except NoEnclosure:
            continue
        if not (mpmath.isfinite(one) and mpmath.isfinite(other)):
            continue
        with mpmath.workdps(DIGITS + 15):
            if abs(one - other) > mpmath.mpf(10) ** -DIGITS * max(1, abs(one), abs(other)):
                raise errors.guard_failed(rule, env, one, other)
        checked += 1
        if checked == POINTS:
            return


def guard_relations(question: Question, found: list[Verdict]) -> None:
    """The relations of hard targets, in numbers."""
    for case in found:
        if case.targets == "hard" and not case.boundary and len(case.relations) == len(question.hard()):
            for relation, (words, left, right) in zip(case.relations, question.hard(), strict=True):
                guard(question.ground, words, left, relation.scale * right + relation.offset, hard=True)


def steps(question: Question, case: Verdict, scale: Expr | None, offset: Expr | None) -> tuple[Step, ...]:
    """From the owners' formulas to the relation between them."""
    ground, hard = question.ground, case.targets == "hard"
    names = question.left.text, question.right.text
    formulas = question.formulas(hard)
    made: list[Step] = []
    if ground.changes:
        words = "; ".join(ground.changes)
        made.append(Step("the same letters", words, rf"\text{{{words}}}"))
    for name, formula in zip(names, formulas, strict=True):
        made.append(_equation("substitute", name, meant(formula)))
    if case.finding is None or case.finding.forms is None:
        return tuple(made)
    rules = [rule for rule in case.finding.used if rule]
    for name, formula, form in zip(names, formulas, case.finding.forms, strict=True):
        if unicode_line(form) == unicode_line(meant(formula)) or hard:
            continue
        rule = "expand, use " + ", ".join(rules) + ", collect" if rules else "expand and collect"
        guard(ground, rule, formula, form, hard)
        made.append(_equation(rule, name, form))
    if scale is not None and offset is not None:
        guard(ground, "cancel", formulas[0], scale * formulas[1] + offset, hard)
        scale, offset = in_letters(scale), in_letters(tidy(offset, ground.normal(hard)))
        text = relation_words(*names, scale, offset)
        page = f"{_named(names[0])} = {latex(scale)} \\cdot {_named(names[1])} + {latex(offset)}"
        if scale == 1 and offset == 0:
            made.append(Step("cancel", f"{names[0]} − {names[1]} = 0", f"{_named(names[0])} - {_named(names[1])} = 0"))
        else:
            made.append(Step("cancel", text, page))
    return tuple(made)


def _equation(rule: str, name: str, formula: Expr) -> Step:
    formula = in_letters(formula)
    return Step(rule, f"{name} = {unicode_line(formula)}", f"{_named(name)} = {latex(formula)}")


def _named(name: str) -> str:
    return r"\mathrm{" + name.replace("_", r"\_") + "}"
