"""Arguments for every function of the vocabulary: bit patterns, ordinary values, and both neighbours of every cut."""

from __future__ import annotations

from collections.abc import Callable

import mpmath
import numpy as np

CUTS = np.array(
    [
        *(1.0, 2.0, 3.0, 0.5, 8.0, 0.75, 1.5, 2.0**-0.5, 2.0**0.5, 0.35, 0.6931471805599453, 0.34657359027997264),
        *(1.4616321449683622, 0.46163214496836225, 40.0, 60.0, 700.0, 708.0, 745.2, 750.0, 1e-300, 1e300, 1e17),
        *(2.2250738585072014e-308, 5e-324, 1.7976931348623157e308, 2.0**-60, 1e-8, 2.0**53),
    ]
)
NUMBER = 120  # random values of each kind


def with_neighbours(values: np.ndarray) -> np.ndarray:
    with np.errstate(over="ignore"):
        return np.concatenate([values, np.nextafter(values, 0), np.nextafter(values, np.inf)])


def positive(rng: np.random.Generator) -> np.ndarray:
    patterns = rng.integers(1, 0x7FF0000000000000, NUMBER).view(np.float64)
    near = [cut * (1 + rng.uniform(-1e-5, 1e-5, NUMBER // 4)) for cut in (1.0, 2.0, 1.4616321449683622)]
    values = [patterns, 10.0 ** rng.uniform(-20, 20, NUMBER), rng.uniform(0, 10, NUMBER), with_neighbours(CUTS), *near]
    found = np.concatenate(values)
    return found[np.isfinite(found) & (found > 0)]


def from_one(rng: np.random.Generator) -> np.ndarray:
    values = positive(rng)
    return np.concatenate(
        [values[values >= 1], 1 + 10.0 ** rng.uniform(-16, 3, NUMBER), 1 / values[(values < 1e-3) & (values > 1e-307)]]
    )


def any_sign(rng: np.random.Generator) -> np.ndarray:
    values = positive(rng)
    return np.concatenate([values, -values, rng.normal(0, 20, NUMBER), rng.uniform(-746, -700, NUMBER)])


def predictors(rng: np.random.Generator) -> np.ndarray:
    values = any_sign(rng)
    near = [rng.normal(0, 3, NUMBER), rng.uniform(-40, 40, NUMBER), 10.0 ** rng.uniform(-9, 9, NUMBER)]
    return np.concatenate([values[np.abs(values) < 1e20], *near, -near[-1]])


def above_minus_one(rng: np.random.Generator) -> np.ndarray:
    values = positive(rng)
    return np.concatenate([values, -values[values < 1], rng.uniform(-1, 1, NUMBER)])


def counts_and_means(rng: np.random.Generator) -> list[np.ndarray]:
    count = np.floor(10.0 ** rng.uniform(0, 15.9, 4 * NUMBER))
    ratio = np.concatenate([1 + rng.normal(0, s, NUMBER) for s in (1e-9, 1e-3)] + [rng.uniform(0.1, 4, NUMBER)])
    mean = count * np.concatenate([ratio, 10.0 ** rng.uniform(-300, 280, NUMBER)])
    return [count, mean, count - mean]


def labels_and_logits(rng: np.random.Generator) -> list[np.ndarray]:
    x = any_sign(rng)
    near_one = 1 - 10.0 ** rng.uniform(-16, -1, x.size)
    kinds = [
        np.zeros(x.size),
        np.ones(x.size),
        rng.uniform(0, 1, x.size),
        10.0 ** rng.uniform(-300, 0, x.size),
        near_one,
    ]
    return [rng.choice(np.array(kinds), axis=0), x]


def pairs(rng: np.random.Generator) -> list[np.ndarray]:
    scale = rng.choice([1.0, 30.0, 300.0], 3 * NUMBER)
    return [rng.normal(0, 1, 3 * NUMBER) * scale, rng.normal(0, 1, 3 * NUMBER) * scale]


def positive_pairs(rng: np.random.Generator) -> list[np.ndarray]:
    return [10.0 ** np.concatenate([rng.uniform(-3, 15, NUMBER), rng.uniform(-300, 300, NUMBER)]) for _ in range(2)]


def scaled(values: Callable[[np.random.Generator], np.ndarray]) -> Callable[[np.random.Generator], list[np.ndarray]]:
    def draw(rng: np.random.Generator) -> list[np.ndarray]:
        second = values(rng)
        return [10.0 ** rng.uniform(-30, 30, second.size), second]

    return draw


def alone(values: Callable[[np.random.Generator], np.ndarray]) -> Callable[[np.random.Generator], list[np.ndarray]]:
    return lambda rng: [values(rng)]


SAMPLES = {
    **dict.fromkeys(("exp", "expm1", "softplus", "log_sigmoid", "sigmoid", "sigmoid_slope"), alone(any_sign)),
    **dict.fromkeys(("ndtr", "log_ndtr", "inverse_mills_ratio", "inverse_mills_slope"), alone(predictors)),
    **dict.fromkeys(("abs", "floor"), alone(any_sign)),
    **dict.fromkeys(("log1p", "log1pmx"), alone(above_minus_one)),
    **dict.fromkeys(("log", "sqrt", "log1mexp", "lgamma", "digamma", "trigamma"), alone(positive)),
    **dict.fromkeys(("binet", "digamma_rest", "trigamma_rest"), alone(from_one)),
    **dict.fromkeys(("softplus_mixture", "sigmoid_residual"), labels_and_logits),
    **dict.fromkeys(("exp_difference", "maximum", "minimum", "times"), pairs),
    "kl_div": counts_and_means,
    "lbeta": positive_pairs,
    "multiply_add": lambda rng: [*pairs(rng), rng.normal(0, 1, 3 * NUMBER)],
    "xlogy": scaled(positive),
    "xlog1py": scaled(above_minus_one),
}


def last_place(value: mpmath.mpf, digits: int = 53, smallest: int = -1074) -> mpmath.mpf:
    """The last place of the float next to `value`, subnormal ones included."""
    exponent = smallest if value == 0 else max(mpmath.frexp(value)[1] - digits, smallest)
    return mpmath.ldexp(1, exponent)
