"""Links: a family's loss as a function of the predictor, with the digits of value, gradient and curvature."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest
from mpmath import mp, mpf

from crossent import errors
from crossent.families.catalogue import (
    FAMILIES,
    Bernoulli,
    Binomial,
    Categorical,
    Laplace,
    NegativeBinomial,
    Normal,
    Poisson,
)
from crossent.families.contract import Family, Parameter, Support
from crossent.fitting.links import link_of, linked_rows, links_of
from crossent.kernels.rowwise import evaluate_rows

DIGITS = 60
EPSILON = 2.0**-52


# -- the oracle: the textbook's means with two derivatives, and the quotient rule, at 60 digits and more ---------------


def mean_of(link, e):
    """mean, 1 - mean, and the mean's first two derivatives."""
    if link == "probit":
        density = mp.exp(-e * e / 2) / mp.sqrt(2 * mp.pi)
        return mp.erfc(-e / mp.sqrt(2)) / 2, mp.erfc(e / mp.sqrt(2)) / 2, density, -e * density
    if link == "cloglog":
        t = mp.exp(e)
        return -mp.expm1(-t), mp.exp(-t), t * mp.exp(-t), t * (1 - t) * mp.exp(-t)
    if link == "logit":
        p, q = 1 / (1 + mp.exp(-e)), 1 / (1 + mp.exp(e))
        return p, q, p * q, p * q * (q - p)
    p = mp.exp(e) if link == "log" else e
    return p, 1 - p, p if link == "log" else mpf(1), p if link == "log" else mpf(0)


def costs(link, eta):
    """-log(mean) and -log(1 - mean), each with two derivatives."""
    with mp.workdps(DIGITS + int(abs(eta) if link != "probit" else 40)):
        p, q, slope, bend = mean_of(link, mpf(eta))
        yes = (-mp.log1p(-q) if q < p else -mp.log(p)), -slope / p, (slope / p) ** 2 - bend / p
        no = (-mp.log1p(-p) if p < q else -mp.log(q)), slope / q, (slope / q) ** 2 + bend / q
    return yes, no


def points(link, rng, size=40):
    near = np.concatenate([rng.normal(0, 2, size), *(s * 10.0 ** rng.uniform(-12, 0, size // 2) for s in (-1, 1))])
    share = 10.0 ** rng.uniform(-100, 0, size)
    return {
        "probit": np.concatenate([near, rng.uniform(-40, 37, size), [-1e3, -1e5]]),
        "cloglog": np.concatenate([near, rng.uniform(-600, 4, size), [-20.0, -20.0 - 1e-9, 5.0, 6.0]]),
        "log": np.concatenate([-(10.0 ** rng.uniform(-12, 2.8, 2 * size)), rng.uniform(-3, 0, size)]),
        "identity": np.concatenate([share, 1 - 10.0 ** rng.uniform(-12, 0, size), rng.uniform(0, 1, size)]),
        "logit": np.concatenate([near, rng.uniform(-600, 600, size)]),
    }[link]  # fmt: skip


def off(found, right, largest=0):
    """In units of the last place of the right answer, or of the largest term; numbers below 1e-280 count as 0."""
    scale = max(abs(right), largest, mpf(10) ** -280)
    return float(abs(mpf(float(found)) - right) / scale / EPSILON)


BOUND = 12  # units of the last place
BINARY = [(family, link) for family in (Bernoulli, Binomial) for link in links_of(family)]


@pytest.mark.parametrize(("family", "link"), BINARY, ids=[f"{f.name} {k}" for f, k in BINARY])
def test_tails_of_probabilities_keep_their_digits(family, link):
    eta = points(link, np.random.default_rng(3))
    known = [costs(link, float(e)) for e in eta]
    trials = 1.0 if family is Bernoulli else 12.0
    fixed = () if family is Bernoulli else (np.full(eta.size, trials),)
    exact, fisher = (linked_rows(family, link_of(family, link), c) for c in ("exact", "fisher"))
    compared = 0
    for y in (0.0, trials, 0.25 if family is Bernoulli else 5.0):
        target = np.full(eta.size, y)
        made = evaluate_rows(exact, target, eta, fixed=fixed, quantity="hessian", keep_rows=True)
        expected = evaluate_rows(fisher, target, eta, fixed=fixed, quantity="hessian").hessian
        assert made.invalid == 0
        with mp.workdps(DIGITS):
            arrangements = mp.log(mp.binomial(trials, y)) if family is Binomial else mpf(0)
            for i, (yes, no) in enumerate(known):
                bound = BOUND * (1 + (math.exp(eta[i]) if link == "cloglog" else 0))  # exp(-exp(e)) is ill conditioned
                for found, k in ((made.rows[i], 0), (made.gradient[i], 1), (made.hessian[i], 2)):
                    terms = [y * yes[k], (trials - y) * no[k], (k == 0) * -arrangements]
                    right = mp.fsum(terms)
                    # the largest term counts where terms meet; a single one has all its digits
                    assert off(found, right, max(map(abs, terms))) <= bound, (y, eta[i], k, found, right)
                    compared += 1
                product = -trials * yes[1] * no[1]
                if product > mpf(10) ** -280:
                    assert off(expected[i], product) <= bound, (eta[i], expected[i], product)
    assert compared >= 9 * 100


# -- counts and numbers: the composed loss, differentiated by mpmath ---------------------------------------------------


def composed(family, link, y, fixed):
    return lambda e, *others: family.formula("nll")(mpf(y), link.raw(e), *others, *fixed)


COUNTS = [(Poisson, "identity"), (NegativeBinomial, "identity"), (Normal, "log")]


@pytest.mark.parametrize(("family", "name"), COUNTS, ids=[f"{f.name} {k}" for f, k in COUNTS])
def test_other_links_follow_the_composed_loss(family, name):
    rng = np.random.default_rng(4)
    link, size = link_of(family, name), 40
    eta = 10.0 ** rng.uniform(-3, 4, size) if name == "identity" else rng.uniform(-5, 5, size)
    y = np.where(rng.random(size) < 0.3, 0.0, rng.poisson(10.0 ** rng.uniform(-1, 3, size)).astype(float))
    y = rng.normal(0, 5, size) if family is Normal else y
    others = [rng.uniform(-3, 3, size)] * (len(family.parameters) - 1)
    made = evaluate_rows(
        linked_rows(family, link), y, np.column_stack([eta, *others]) if others else eta,
        quantity="hessian", keep_rows=True, full=True, double=True,
    )  # fmt: skip
    k, compared = 1 + len(others), 0
    gradient, hessian = made.gradient.reshape(size, k), made.hessian.reshape(size, k, k)
    for i in range(size):
        at = [mpf(float(eta[i])), *(mpf(float(o[i])) for o in others)]
        with mp.workdps(DIGITS):
            loss = composed(family, link, float(y[i]), ())
            assert off(made.rows[i], loss(*at), abs(y[i])) <= 40
            for a in range(k):
                order = tuple(int(j == a) for j in range(k))
                step = mpf(10) ** -18 * min(1, at[0]) if name == "identity" else mpf(10) ** -18
                right = mpmath.diff(loss, tuple(at), order, h=step) if k > 1 else mpmath.diff(loss, at[0], 1, h=step)
                size_of_terms = abs(y[i]) / eta[i] + 1 if name == "identity" else abs(y[i]) * 1e4 + 1e4
                assert abs(float(gradient[i, a] - right)) <= 1e-13 * float(max(abs(right), size_of_terms))
                for b in range(a, k):
                    order = tuple(int(j == a) + int(j == b) for j in range(k))
                    right = (
                        mpmath.diff(loss, tuple(at), order, h=step) if k > 1 else mpmath.diff(loss, at[0], 2, h=step)
                    )
                    scale = size_of_terms / eta[i] if name == "identity" and a == 0 else size_of_terms
                    assert abs(float(hessian[i, a, b] - right)) <= 1e-12 * float(max(abs(right), scale)), (i, a, b)
                    compared += 1
    assert compared == size * k * (k + 1) // 2


def test_outside_of_the_domain_the_loss_is_infinite_and_no_row_is_invalid():
    cases = [(Bernoulli, "log", 0.5), (Bernoulli, "identity", 1.5), (Poisson, "identity", -1.0)]
    for family, name, eta in cases:
        link = link_of(family, name)
        made = evaluate_rows(linked_rows(family, link), np.ones(2), np.array([eta, -0.5 if name == "log" else 0.5]))
        assert (made.infinite, made.invalid) == (1, 0)
        assert not link.holds(eta)
    assert len(cases) == 3


# -- the links themselves ----------------------------------------------------------------------------------------------


def test_links_and_their_inverses():
    pairs = [(family, link) for family in FAMILIES.values() for link in links_of(family).values()]
    for family, link in pairs:
        domain = {"logit": (-5, 5), "probit": (-3, 3), "cloglog": (-4, 1), "log": (-4, -0.1)}.get(
            link.name, (0.05, 0.9)
        )
        eta = np.linspace(*domain, 25)
        assert np.asarray(link.start(link.mean(eta))) == pytest.approx(eta, rel=1e-10, abs=1e-10)
        assert all(map(link.holds, eta))
        if family.classes is None:
            with mp.workdps(40):
                for e in map(float, eta[::6]):
                    slope, bend = (float(mpmath.diff(link.raw, mpf(e), k, h=mpf(10) ** -12)) for k in (1, 2))
                    assert float(link.slope(e)) == pytest.approx(slope, rel=1e-9)
                    assert float(link.curvature(e)) == pytest.approx(bend, rel=1e-7, abs=1e-9)
    assert len(pairs) == 19


def test_own_links_change_nothing():
    for family in FAMILIES.values():
        link = link_of(family)
        assert link.own
        assert linked_rows(family, link) is family.rows("hessian")
    assert list(links_of(Bernoulli)) == ["logit", "probit", "cloglog", "log", "identity"]
    assert list(links_of(Poisson)) == ["log", "identity"]
    assert list(links_of(Normal)) == ["identity", "log"]
    assert list(links_of(Laplace)) == ["identity"]
    assert list(links_of(Categorical)) == ["logit"]


def test_a_link_that_does_not_apply_is_refused_with_those_that_do():
    with pytest.raises(errors.UsageError, match="link of Poisson must be one of log, identity; got 'probit'"):
        link_of(Poisson, "probit")
    with pytest.raises(errors.UsageError, match="curvature"):
        linked_rows(Poisson, link_of(Poisson, "identity"), "rough")


def test_a_family_of_ones_own_gets_links_by_the_chain_rule():
    from crossent.vocabulary import exp, lgamma

    def nll(y, log_rate):
        return exp(log_rate) - y * log_rate + lgamma(y + 1)

    own = Family("Counts", (Parameter("log_rate", "e"),), Support("count"), nll)
    eta, y = np.linspace(0.5, 9, 30), np.arange(30.0) % 7
    made, right = (
        evaluate_rows(linked_rows(f, link_of(f, "identity")), y, eta, quantity="hessian", keep_rows=True)
        for f in (own, Poisson)
    )
    for name in ("rows", "gradient", "hessian"):
        assert getattr(made, name) == pytest.approx(getattr(right, name), rel=1e-12, abs=1e-12)
    assert linked_rows(own, link_of(own, "identity")).name == "Counts_identity"


def test_fisher_stands_in_where_the_hessian_is_not_positive():
    y, raw = np.array([0.0, 7.0, 40.0]), np.column_stack([[0.3, 2.0, 5.0], [0.2, -1.0, 1.0]])
    for family, name in (
        (NegativeBinomial, "identity"),
        (NegativeBinomial, "log"),
        (Normal, "log"),
        (Normal, "identity"),
    ):
        rows = linked_rows(family, link_of(family, name), "fisher")
        made = evaluate_rows(rows, y, raw, quantity="hessian", full=True)
        assert (np.linalg.eigvalsh(made.hessian) > 0).all()
