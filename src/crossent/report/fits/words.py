"""What a fit found, in plain words: the certificate, the separation, the errors, the validation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from crossent.report.text import number, printable

if TYPE_CHECKING:
    from crossent.fitting.result import Fit, Separation, Test, Validation

LISTED = 8
WALD = "Wald"  # estimate -+ quantile * standard error
ILL_CONDITIONED = 1e10
NEARNESS = (1e-12, 1e-9, 1e-6, 1e-3)  # of a standard error: below, nothing that is shown would change
FEW_CLUSTERS = 20
SIGNS = {1: "+inf", -1: "-inf"}
SEPARATION = {
    "complete": "complete: the predictors tell the outcomes of all rows apart",
    "quasi": "quasi-complete: the predictors tell the outcomes of some rows apart",
}


def title(fit: Fit) -> str:
    """Family, link and the column that was learned."""
    link = f", {fit.link} link" if fit.link else ""
    return f"{fit.family}{link}: {model_line(fit)}"


def model_line(fit: Fit) -> str:
    """Which column was taken for what."""
    words = [f"{name} {_column(value)}" for name, value in fit.columns.items() if value not in (None, (), [], {}, "")]
    if fit.design is not None and fit.design.formula is not None:
        words.append(f"formula {printable(fit.design.formula)}")
    return ", ".join(words) if words else f"{len(fit.parameters)} parameters"


def _column(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{printable(str(name))} = {_column(item)}" for name, item in value.items())
    if isinstance(value, list | tuple):
        names = [printable(str(name)) for name in value]
        return ", ".join(names[:LISTED]) + (f", ... ({len(names)} in all)" if len(names) > LISTED else "")
    if isinstance(value, bool) or not isinstance(value, int | float):
        return printable(str(value))
    return number(value)


def certificate(fit: Fit) -> str:
    """How near the maximum the estimate is known to be."""
    rounds = f"{fit.iterations} iteration{'' if fit.iterations == 1 else 's'}"
    state = "converged" if fit.converged else "NOT converged"
    proof = fit.certificate
    if proof is None:
        return "closed form" if fit.converged and not fit.iterations else f"{state}, {rounds}"
    within = next((tier for tier in NEARNESS if proof.step <= tier), proof.step)
    return (
        f"{state} in {rounds}, within {within:.{0 if within in NEARNESS else 1}e} standard errors of the maximum; "
        f"condition number {number(float(f'{proof.condition:.2g}'))}"
    )


def errors(fit: Fit) -> str:
    """Which standard errors these are, and which distribution the tests use."""
    kind = {
        "model": "model-based, from the curvature of the likelihood",
        "sandwich": "sandwich, valid where the variance is not the family's",
        "cluster": f"clustered, {fit.clusters or 0:,} clusters",
    }.get(fit.errors, printable(fit.errors))
    quantile = "normal" if fit.degrees_of_freedom is None else f"t with {fit.degrees_of_freedom:,g} degrees of freedom"
    return f"{kind}; {quantile}"


def separation(found: Separation) -> list[str]:
    """What is infinite and why, and the ways out: nothing where the outcomes overlap."""
    if found.kind == "none":
        return []
    told = [SEPARATION.get(found.kind, printable(found.kind)) + "."]
    if found.infinite:
        signs = (f"{printable(name)} = {SIGNS[sign]}" for name, sign in found.infinite[:LISTED])
        more = f", and {len(found.infinite) - LISTED} more" if len(found.infinite) > LISTED else ""
        told.append(f"The likelihood has no maximum at finite values. It grows without end towards {', '.join(signs)}"
                    f"{more}.")  # fmt: skip
    if found.undetermined:
        told.append(f"Undetermined, many values are as good: {named(found.undetermined)}.")
    if found.finite_combinations:
        told.append(f"Finite nevertheless: {named(found.finite_combinations)}.")
    if found.infimum is not None:
        told.append(f"The sum of the losses comes as near as you like to {number(found.infimum)} nats.")
    if found.ways_out:
        told.append("Ways out: " + "; ".join(printable(way).rstrip(".") for way in found.ways_out) + ".")
    return told


def test_remark(test: Test) -> str:
    """Degrees of freedom and p-value."""
    from crossent.report.fits.digits import shown_p

    freedom = test.degrees_of_freedom
    counted = "" if freedom is None else f"{freedom:g} degree{'' if freedom == 1 else 's'} of freedom, "
    p = shown_p(test.p_value)
    return f"{counted}P {p if p.startswith('<') else f'= {p}'}"


def intervals(fit: Fit) -> str:
    """How the intervals were made, and whose, where not as estimate -+ quantile * standard error."""
    methods: dict[str, list[str]] = {}
    shown = [c for c in fit.parameters if c.ci95 is not None]
    for c in shown:
        methods.setdefault(c.ci95_method, []).append(printable(c.name))
    others = {method: names for method, names in methods.items() if method != WALD}
    if len(methods) == 1:
        return "".join(map(printable, others))
    return "; ".join(f"of {named(names)}: {printable(method)}" for method, names in others.items())


def validation_line(found: Validation) -> str:
    """The cross-entropy out of sample with its interval."""
    if found.ci95 is None:
        return f"{number(found.nats)} nats"
    return f"{number(found.nats)} nats, 95 % interval {number(found.ci95[0])} to {number(found.ci95[1])}"


def warnings_of(fit: Fit) -> list[str]:
    """What nobody should overlook."""
    told = []
    if fit.separation.kind != "none":
        told.append(f"separation, {SEPARATION.get(fit.separation.kind, fit.separation.kind)}; some estimates are "
                    "infinite or undetermined.")  # fmt: skip
    if fit.errors == "cluster" and fit.clusters is not None and fit.clusters < FEW_CLUSTERS:
        told.append(f"{fit.clusters} clusters are few: below {FEW_CLUSTERS}, clustered errors come out too small.")
    if fit.certificate is not None and fit.certificate.condition > ILL_CONDITIONED:
        told.append(f"the columns are nearly collinear: the condition number is {fit.certificate.condition:.1e}.")
    return told


def named(names: Sequence[str]) -> str:
    """The first few, and how many more there are."""
    shown = ", ".join(printable(name) for name in names[:LISTED])
    return shown + (f", and {len(names) - LISTED} more" if len(names) > LISTED else "")
