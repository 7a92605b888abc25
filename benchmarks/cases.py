"""What is timed: arrays made once, and for every library the same loss over them.

The entries of `CASES` are used by the tests as well (`tests/test_benchmarks.py`), so that nothing is timed that is not
also checked to compute the same number.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

HALF_LOG_TWO_PI = 0.5 * math.log(2 * math.pi)


@dataclass(frozen=True)
class Case:
    """One loss on one data set. `torch` and `jax` build the mean loss as a function of (raw, target)."""

    name: str
    family: str
    make: Callable[[np.random.Generator, float], tuple[np.ndarray, np.ndarray]]
    torch: Callable | None
    jax: Callable | None
    goal: str
    scipy: Callable | None = None
    sklearn: str | None = None
    rounds: int = 15


def bernoulli(rng, share):
    n = int(10_000_000 * share)
    return rng.integers(0, 2, n).astype(np.float32), rng.normal(0, 2, n).astype(np.float32)


def normal(rng, share):
    n = int(10_000_000 * share)
    return rng.normal(0, 3, n).astype(np.float32), rng.normal(0, 1, (n, 2)).astype(np.float32)


def poisson(rng, share):
    n = int(2_000_000 * share)
    return rng.poisson(20, n).astype(np.float64), rng.normal(3, 1, n)


def negative_binomial(rng, share):
    n = int(2_000_000 * share)
    return rng.poisson(20, n).astype(np.float64), np.stack([rng.normal(3, 1, n), rng.normal(2, 3, n)], 1)


def categorical(rows, classes, confident=False):
    def make(rng, share):
        n = max(2, int(rows * share))
        logits = rng.standard_normal((n, classes), dtype=np.float32) * np.float32(3)
        target = rng.integers(0, classes, n)
        if confident:
            logits[np.arange(n), target] += 25
        return target, logits

    return make


def torch_bernoulli(torch):
    return torch.nn.functional.binary_cross_entropy_with_logits


def torch_categorical(torch):
    return torch.nn.functional.cross_entropy


def torch_normal(torch):
    def loss(raw, target):
        z = (target - raw[:, 0]) * torch.exp(-raw[:, 1])
        return (raw[:, 1] + HALF_LOG_TWO_PI + z * z / 2).mean()

    return loss


def torch_poisson(torch):
    def loss(raw, target):
        return (torch.exp(raw) - target * raw + torch.lgamma(target + 1)).mean()

    return loss


def torch_negative_binomial(torch):
    def loss(raw, target):
        m, r = torch.exp(raw[:, 0]), torch.exp(raw[:, 1])
        combinations = torch.lgamma(target + 1) + torch.lgamma(r) - torch.lgamma(r + target)
        return (combinations + (r + target) * torch.log1p(m / r) - target * (raw[:, 0] - raw[:, 1])).mean()

    return loss


def jax_bernoulli(jax):
    return lambda raw, target: (jax.nn.softplus(raw) - target * raw).mean()


def jax_categorical(jax):
    def loss(raw, target):
        own = jax.numpy.take_along_axis(raw, target[:, None], 1)[:, 0]
        return (jax.nn.logsumexp(raw, axis=1) - own).mean()

    return loss


def jax_normal(jax):
    def loss(raw, target):
        z = (target - raw[:, 0]) * jax.numpy.exp(-raw[:, 1])
        return (raw[:, 1] + HALF_LOG_TWO_PI + z * z / 2).mean()

    return loss


def jax_poisson(jax):
    def loss(raw, target):
        return (jax.numpy.exp(raw) - target * raw + jax.scipy.special.gammaln(target + 1)).mean()

    return loss


def jax_negative_binomial(jax):
    def loss(raw, target):
        gammaln = jax.scipy.special.gammaln
        m, r = jax.numpy.exp(raw[:, 0]), jax.numpy.exp(raw[:, 1])
        combinations = gammaln(target + 1) + gammaln(r) - gammaln(r + target)
        return (combinations + (r + target) * jax.numpy.log1p(m / r) - target * (raw[:, 0] - raw[:, 1])).mean()

    return loss


def scipy_poisson(target, raw):
    from scipy.special import gammaln

    return (np.exp(raw) - target * raw + gammaln(target + 1)).mean()


def scipy_negative_binomial(target, raw):
    from scipy.special import gammaln

    m, r = np.exp(raw[:, 0]), np.exp(raw[:, 1])
    combinations = gammaln(target + 1) + gammaln(r) - gammaln(r + target)
    return (combinations + (r + target) * np.log1p(m / r) - target * (raw[:, 0] - raw[:, 1])).mean()


def scipy_poisson_gradient(target, raw):
    return scipy_poisson(target, raw), (np.exp(raw) - target) / len(target)


def scipy_negative_binomial_gradient(target, raw):
    from scipy.special import digamma

    m, r = np.exp(raw[:, 0]), np.exp(raw[:, 1])
    by_mean = (m - target) * (r / (r + m))
    by_concentration = r * (digamma(r) - digamma(r + target) + np.log1p(m / r)) + (target - m) * (r / (r + m))
    return scipy_negative_binomial(target, raw), np.stack([by_mean, by_concentration], 1) / len(target)


CATEGORICAL = "value+gradient 2.5x the best peer fresh, 3x with out=; value level with the best"
COUNTS = "value+gradient 4x the best of SciPy, torch, JAX"
CASES = [
    Case(
        "Bernoulli float32, 10 million rows",
        "bernoulli",
        bernoulli,
        torch_bernoulli,
        jax_bernoulli,
        "value+gradient 4x torch.compile and JAX, 10x torch eager; value level with torch.compile",
        sklearn="HalfBinomialLoss",
    ),
    Case(
        "Normal float32, 10 million rows, both parameters",
        "normal",
        normal,
        torch_normal,
        jax_normal,
        "value+gradient 6x the best peer",
    ),
    Case(
        "Poisson float64, 2 million rows",
        "poisson",
        poisson,
        torch_poisson,
        jax_poisson,
        COUNTS,
        scipy=scipy_poisson_gradient,
    ),
    Case(
        "NegativeBinomial float64, 2 million rows, both parameters",
        "negative_binomial",
        negative_binomial,
        torch_negative_binomial,
        jax_negative_binomial,
        COUNTS,
        scipy=scipy_negative_binomial_gradient,
    ),
] + [
    Case(
        f"Categorical float32, {rows} x {classes}{', confident' if confident else ''}",
        "categorical",
        categorical(rows, classes, confident),
        torch_categorical,
        jax_categorical,
        CATEGORICAL,
        rounds=9,
    )
    for rows, classes in ((1_000_000, 10), (20_000, 1000), (512, 50257), (256, 128256))
    for confident in (False, True)
]
