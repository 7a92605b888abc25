"""Links: the mean as a function of the linear predictor eta, and families as functions of eta.

>>> from crossent.families.catalogue import Bernoulli
>>> link = link_of(Bernoulli, "cloglog")
>>> round(float(link.mean(0.0)), 6)
0.632121
>>> linked_rows(Bernoulli, link).name
'Bernoulli_cloglog'
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from crossent import errors
from crossent.families import catalogue
from crossent.families.composition import build
from crossent.families.contract import Family, Formula, Numerical
from crossent.fitting import link_formulas as f
from crossent.fitting import linked_families as written
from crossent.vocabulary import exp, is_zero, log, ndtr, sigmoid, times, where


@dataclass(frozen=True)
class Link:
    """A link of a family. All but `start` are formulas over crossent.vocabulary, of the predictor eta.

    `raw` is the family's first raw parameter, `slope` and `curvature` its first and second derivative, `mean` the
    inverse link (of Binomial the probability), `holds` whether that mean is inside the domain; `start` is the link
    itself, for NumPy arrays. `own`: raw is eta. Outside of `holds` a row's loss is infinite.
    """

    name: str
    own: bool
    raw: Formula
    slope: Formula
    curvature: Formula
    mean: Formula
    start: Callable[[Any], Any]
    holds: Formula
    costs: tuple[Formula, ...] = ()  # of a probability: yes, its slope and bend, no, its slope and bend


def _own(name: str, mean: Formula, start: Formula, *costs: Formula) -> Link:
    return Link(name, True, f.same, f.one, f.zero, mean, start, f.everywhere, costs)


_PROBABILITY = (
    _own(
        "logit", sigmoid, f.log_odds,
        f.logit_yes, f.logit_yes_slope, f.logit_bend, f.logit_no, f.logit_no_slope, f.logit_bend,
    ),
    Link(
        "probit", False, f.probit_raw, f.probit_slope, f.probit_curvature, ndtr, f.probit, f.everywhere,
        (f.probit_yes, f.probit_yes_slope, f.probit_yes_bend, f.probit_no, f.probit_no_slope, f.probit_no_bend),
    ),
    Link(
        "cloglog", False, f.cloglog_raw, f.cloglog_slope, f.cloglog_curvature, f.cloglog_mean, f.cloglog, f.everywhere,
        (f.cloglog_yes, f.cloglog_yes_slope, f.cloglog_yes_bend, f.cloglog_no, f.cloglog_no, f.cloglog_no),
    ),
    Link(
        "log", False, f.log_raw, f.log_slope, f.log_no_bend, exp, log, f.below_zero,
        (f.log_yes, f.minus_one, f.zero, f.log_no, f.log_no_slope, f.log_no_bend),
    ),
    Link(
        "identity", False, f.log_odds, f.identity_slope, f.identity_curvature, f.same, f.same, f.inside_unit,
        (f.identity_yes, f.identity_yes_slope, f.reciprocal_square,
         f.identity_no, f.identity_no_slope, f.identity_no_bend),
    ),
)  # fmt: skip
_RATE = (
    _own("log", exp, log),
    Link("identity", False, log, f.reciprocal, f.minus_reciprocal_square, f.same, f.same, f.above_zero),
)
_LOCATION = (_own("identity", f.same, f.same), Link("log", False, exp, exp, exp, exp, log, f.everywhere))
_CLASSES = (_own("logit", sigmoid, f.log_odds),)


def links_of(family: Family) -> dict[str, Link]:
    """The links that apply to a family, by name; its own comes first."""
    first = family.parameters[0].name
    if family.classes is not None:
        links: tuple[Link, ...] = _CLASSES
    elif first == "logits":
        links = _PROBABILITY
    else:
        links = _RATE if first.startswith("log_") else _LOCATION
    if family is catalogue.Laplace:  # a median is fitted by linear programming
        links = links[:1]
    return {link.name: link for link in links}


def link_of(family: Family, name: str | None = None) -> Link:
    """The link of this name, or the family's own.

    Raises UsageError, with the links that apply, if the name is none of them.

    >>> from crossent.families.catalogue import Poisson
    >>> link_of(Poisson).name
    'log'
    """
    known = links_of(family)
    if name is None:
        return next(iter(known.values()))
    if name not in known:
        raise errors.link_not_applicable(family.name, name, known)
    return known[name]


def linked_rows(family: Family, link: Link, curvature: str = "exact") -> Any:
    """The kernels' RowFormulas over (y, eta, *other raw, *fixed): nll, gradient and Hessian by (eta, *other raw).

    `curvature` "exact" is the Hessian; "fisher" stands in its place where that is not positive: the expected Hessian
    (of NegativeBinomial by the mean; by the concentration the size of the observed one). Infinite loss outside of
    `link.holds`. Digits: value, gradient and Hessian keep their relative digits in the tails; where terms of both signs
    meet (soft labels, counts near their mean), the largest of them is what the digits are relative to.
    """
    if curvature not in ("exact", "fisher"):
        raise errors.unknown_option(argument="curvature", value=curvature, known=("exact", "fisher"))
    if link.own and (curvature == "exact" or family.classes is not None):
        return family.rows("hessian")
    return family._once(("linked", link.name, curvature), lambda: _linked(family, link, curvature == "fisher"))


def _linked(family: Family, link: Link, expected: bool) -> Any:
    from crossent.kernels.rowwise import RowFormulas

    arguments = ["y", "eta", *(p.name for p in family.parameters[1:]), *(p.name for p in family.fixed)]
    if link.own:
        own = family.rows("hessian")
        nll, gradient, hessian = own.nll, own.gradient, _own_fisher(family)
    else:
        nll, gradient, hessian = _formulas(family, link, arguments, expected)
        line = f"return where(holds(eta), formula({', '.join(arguments)}), -log(0 * eta))"
        names = {"where": where, "log": log, "holds": link.holds, "formula": nll}
        nll = build("nll", arguments, [line], names)
    name = f"{family.name}_{link.name}" + "_fisher" * expected
    valid = family.rows().valid
    return RowFormulas(name, len(family.parameters), len(family.fixed), valid, nll, gradient, hessian)


def _own_fisher(family: Family) -> Formula:
    if family is catalogue.NegativeBinomial:
        return written.negative_binomial_log_fisher
    return family.rows("fisher").hessian  # type: ignore[no-any-return]


def _formulas(family: Family, link: Link, arguments: list[str], expected: bool) -> tuple[Formula, Formula, Formula]:
    if family is catalogue.Bernoulli or family is catalogue.Binomial:
        return _binary(family, link, arguments, expected)
    if family is catalogue.Poisson:
        bend: Formula = written.poisson_fisher if expected else written.poisson_hessian
        return written.poisson_nll, written.poisson_gradient, bend
    if family is catalogue.NegativeBinomial:
        bend = written.negative_binomial_fisher if expected else written.negative_binomial_hessian
        return written.negative_binomial_nll, written.negative_binomial_gradient, bend
    if family is catalogue.Normal:
        bend = written.normal_fisher if expected else written.normal_hessian
        return written.normal_nll, written.normal_gradient, bend
    return _by_chain_rule(family, link, arguments, expected)


def _binary(family: Family, link: Link, arguments: list[str], expected: bool) -> tuple[Formula, Formula, Formula]:
    """Of y successes of n: y yes + (n - y) no, and so the derivatives; the expected Hessian is -n yes' no'."""
    parts = dict(zip(("yes", "yes_slope", "yes_bend", "no", "no_slope", "no_bend"), link.costs, strict=True))
    names = {"times": times} | parts
    n = "total_count" if family.fixed else "1"

    def total(suffix: str) -> str:
        return f"times(y, yes{suffix}(eta)) + times({n} - y, no{suffix}(eta))"

    gradient = build("gradient", arguments, [f"return ({total('_slope')},)"], names)
    bend = f"times({n} * -yes_slope(eta), no_slope(eta))" if expected else total("_bend")
    hessian = build("hessian", arguments, [f"return ({bend},)"], names)
    if family is catalogue.Bernoulli:
        return build("nll", arguments, [f"return {total('')}"], names), gradient, hessian
    # the binomial coefficient must not meet the rest as a large number: through the family's own form, but where
    # the outcome is certain there is no coefficient
    lines = [
        "rest = total_count - y",
        "inside = formula(y, raw(eta), total_count)",
        "certain = where(is_zero(rest), times(y, yes(eta)), times(rest, no(eta)))",
        "return where(is_zero(rest) | is_zero(y), certain, inside)",
    ]
    names |= {"where": where, "is_zero": is_zero, "formula": family.formula("nll"), "raw": link.raw}
    return build("nll", arguments, lines, names), gradient, hessian


def _by_chain_rule(
    family: Family, link: Link, arguments: list[str], expected: bool
) -> tuple[Formula, Formula, Formula]:
    """Of any family: derivatives by raw, times those of raw by eta."""
    k = len(family.parameters)
    passed = ", ".join(["y", "raw(eta)", *arguments[2:]])
    names = {
        "raw": link.raw,
        "slope": link.slope,
        "curvature": link.curvature,
        "gradient_by_raw": family.formula("gradient"),
    }
    nll = build(
        "nll", arguments, [f"return nll_by_raw({passed})"], {"raw": link.raw, "nll_by_raw": family.formula("nll")}
    )
    g = [f"g{i}" for i in range(k)]
    first = f"{', '.join(g)}, = gradient_by_raw({passed})"
    gradient = build(
        "gradient",
        arguments,
        [first, f"return {', '.join(['times(g0, slope(eta))', *g[1:]])},"],
        names | {"times": times},
    )
    triangle = [f"h{i}{j}" for i in range(k) for j in range(i, k)]
    if expected:
        fisher = family.formula("fisher_information")
        if fisher is None or isinstance(fisher, Numerical):
            raise errors.quantity_missing(family.name, "fisher_information")
        second = f"{', '.join(triangle)}, = hessian_by_raw({', '.join(['raw(eta)', *arguments[2:]])})"
        names["hessian_by_raw"], corner = fisher, "h00 * s * s"
    else:
        second = f"{', '.join(triangle)}, = hessian_by_raw({passed})"
        names["hessian_by_raw"], corner = family.formula("hessian"), "h00 * s * s + g0 * curvature(eta)"
    made = [corner, *(f"{h} * s" for h in triangle[1:k]), *triangle[k:]]
    hessian = build("hessian", arguments, [first, second, "s = slope(eta)", f"return {', '.join(made)},"], names)
    return nll, gradient, hessian
