"""What a cross-entropy is made of: entropy and divergence for discrete targets, the best member and an excess else."""

from __future__ import annotations

import math
from typing import Any

import sympy

from crossent.proof.chain.algebra import same
from crossent.proof.chain.compose import equal, join, listed, nats, number, side, step, words
from crossent.proof.chain.expectation import E, linear, moments
from crossent.proof.chain.likelihood import Q, cross, hat
from crossent.proof.chain.sample import Sample, on_data
from crossent.proof.chain.subject import Subject, joined
from crossent.proof.chain.underflow import typical
from crossent.proof.results import Step

Side = tuple[str, str]
ENTROPY: Side = ("−Σ_y q(y)·log q(y)", r"-\sum_y q(y) \log q(y)")
DIVERGENCE: Side = ("Σ_y q(y)·log(q(y)/p(y))", r"\sum_y q(y) \log\frac{q(y)}{p(y)}")
KL: Side = ("KL(q‖p)", r"\mathrm{KL}\left(q \,\|\, p\right)")


def decomposition(subject: Subject, sample: Sample | None) -> list[Step]:
    if subject.family.support.discrete:
        return entropy_and_divergence(subject, sample)
    return best_and_excess(subject, sample)


# -- discrete targets --------------------------------------------------------------------------------------------------


def entropy_and_divergence(subject: Subject, sample: Sample | None) -> list[Step]:
    """H(q, p) = H(q) + KL(q||p), and 2 n KL as the likelihood ratio."""
    whole = equal(cross("q", "p"), join(("H(q)", r"H\left(q\right)"), " + ", KL))
    ratio = equal(join("2n·", KL), words("2·(ℓ of the shares themselves − ℓ(p)) = G, the likelihood ratio"))
    entropy, divergence = parts(subject)
    of_entropy = on_data(sample, lambda data, _: nats(data.entropy))
    return [
        step("entropy + KL", whole, on_data(sample, lambda data, _: _sums(subject, data)), (entropy, divergence)),
        step("entropy", equal(("H(q)", r"H\left(q\right)"), entropy or ENTROPY), of_entropy, entropy),
        step(
            "KL",
            join(equal(KL, divergence or DIVERGENCE), (" ≥ 0", r" \ge 0")),
            on_data(sample, lambda data, _: _gap(subject, data)),
            divergence,
        ),
        step("likelihood ratio", ratio, on_data(sample, lambda data, _: _ratio(subject, data, data.entropy))),
    ]


def _sums(subject: Subject, data: Sample) -> str:
    members = {"the estimate": data.estimate or (), reference_words(subject): reference(subject)}
    texts = []
    for name, values in members.items():
        mean = data.losses(values).mean
        texts.append(f"at {name}: {number(mean)} = {number(data.entropy)} + {number(beyond(mean, data.entropy))}")
    return "; ".join(texts)


def _gap(subject: Subject, data: Sample) -> str:
    gap = beyond(data.losses(reference(subject)).mean, data.entropy)
    return f"{nats(gap)} at {reference_words(subject)}"


def beyond(mean: float, least: float) -> float:
    """mean - least, which is not negative: below a few units in the last place it is 0 but for rounding."""
    if not math.isfinite(mean):
        return mean
    return 0.0 if abs(mean - least) <= 1e-14 * abs(mean) else mean - least


def _ratio(subject: Subject, data: Sample, least: float) -> str:
    ratio = 2 * data.count * beyond(data.losses(reference(subject)).mean, least)
    return f"{number(ratio)} at {reference_words(subject)}"


def parts(subject: Subject) -> tuple[Any, Any]:
    """Entropy and divergence of a yes-or-no truth q, proved to add up to the cross-entropy; (None, None) for others."""
    if subject.family.support.kind != "unit":
        return None, None
    (p,) = subject.standard
    entropy = (-subject.log_density).subs({subject.y: Q, p: Q}, simultaneous=True)
    divergence = Q * sympy.log(Q / p) + (1 - Q) * sympy.log((1 - Q) / (1 - p))
    point = subject.point | {Q: sympy.Rational(2, 5)}
    total = (-subject.log_density).subs(subject.y, Q)
    if not same(entropy + divergence, total, point):
        raise ArithmeticError(str(total))  # the identity holds for every density p^y (1 - p)^(1 - y)
    return entropy, divergence


def reference(subject: Subject) -> tuple[Any, ...]:
    """The typical standard parameters, as numbers: another member, beside the estimate."""
    values, _ = typical(subject)
    return tuple(float(values[symbol]) for symbol in subject.standard)


def reference_words(subject: Subject) -> str:
    values, _ = typical(subject)
    return ", ".join(f"{side(symbol)[0]} = {side(values[symbol])[0]}" for symbol in subject.standard)


# -- densities ---------------------------------------------------------------------------------------------------------


def best_and_excess(subject: Subject, sample: Sample | None) -> list[Step]:
    """No entropy of the rows themselves; the excess over the family's best member, and the units."""
    hats = tuple(hat(symbol) for symbol in subject.standard)
    line, page = listed(subject.standard)
    best, tex = listed(hats)
    whole = (
        f"H(q, p) = −ℓ({best})/n + (ℓ({best}) − ℓ({line}))/n, the last ≥ 0",
        rf"H\left(q, p\right) = -\tfrac{{1}}{{n}}\ell({tex})"
        rf" + \tfrac{{1}}{{n}}\left(\ell({tex}) - \ell({page})\right)",
    )
    made = [
        step("no entropy", words("n points have no density, so no entropy: the best member is the floor instead")),
        step("excess", whole, on_data(sample, lambda data, best: _excess(subject, data, best.mean))),
    ]
    closed = excess(subject, hats)
    if closed is not None:
        text = join(words("excess = KL(best member‖p) = "), side(closed[1]))
        of_best = on_data(sample, lambda _, best: nats(best.mean))
        made.append(step("best member", equal(words("its cross-entropy"), closed[0]), of_best, closed[0]))
        made.append(step("excess as KL", text, expression=closed[1]))
    ratio = on_data(sample, lambda data, best: _ratio(subject, data, best.mean))
    return [
        *made,
        step("units", words("y → c·y adds log c to H: it depends on the units of y, and may be negative")),
        step("likelihood ratio", words("2n·excess is the likelihood ratio against the best member"), ratio),
    ]


def _excess(subject: Subject, data: Sample, least: float) -> str:
    other = data.losses(reference(subject)).mean
    return f"at {reference_words(subject)}: {number(other)} = {number(least)} + {number(beyond(other, least))} nats"


def excess(subject: Subject, hats: tuple[Any, ...]) -> tuple[Any, Any] | None:
    """For an exponential family, the least cross-entropy and what another member has more, both in closed form.

    At the maximum-likelihood member the averages of y and y^2 over the rows are its own expectations.
    """
    if subject.family.exponential is None:
        return None
    gradient = tuple(sympy.diff(-subject.log_density, parameter) for parameter in subject.standard)
    at_best = dict(zip(subject.standard, hats, strict=True))
    known = {f: value.subs(at_best, simultaneous=True) for f, value in moments(subject, gradient).items()}
    y = subject.y
    if y not in known or y**2 not in known:
        return None
    loss = -subject.log_density.replace(
        lambda part: part.is_Pow and part.exp == 2 and part.base.is_Add and part.base.coeff(y) in (1, -1),
        lambda part: known[y**2] - known[y] ** 2 + (part.base.subs(y, known[y])) ** 2,  # variance + (mean - m)^2
    )
    of_rows = linear(loss, y, known, E)
    if of_rows.has(E) or of_rows.has(y):
        return None
    least = joined(sympy.expand(of_rows.subs(at_best, simultaneous=True)))
    return least, of_rows - least
