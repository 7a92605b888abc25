"""The data sets of the reference fits: those a package has, and made ones, kept as integers and short decimals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Entry = dict[str, Any]
Make = Callable[[np.random.Generator], Entry]

PACKAGED = {  # name of the reference: (family, link, what tests/references/packaged.py calls the data)
    "spector": ("Bernoulli", "logit", "spector"),
    "spector, probit": ("Bernoulli", "probit", "spector"),
    "spector, cloglog": ("Bernoulli", "cloglog", "spector"),
    "low birth weight": ("Bernoulli", "logit", "low birth weight"),
    "fair": ("Bernoulli", "logit", "fair"),
    "randhie, any visit": ("Bernoulli", "logit", "randhie, any visit"),
    "anes96": ("Categorical", "logit", "anes96"),
    "star98": ("Binomial", "logit", "star98"),
    "star98, probit": ("Binomial", "probit", "star98"),
    "smoking": ("Binomial", "logit", "smoking"),
    "smoking, cloglog": ("Binomial", "cloglog", "smoking"),
    "cpunish": ("Poisson", "log", "cpunish"),
    "randhie": ("Poisson", "log", "randhie"),
    "nile": ("Poisson", "log", "nile"),
    "cancer by county": ("Poisson", "log", "cancer by county"),
    "randhie, negative binomial": ("NegativeBinomial", "log", "randhie"),
    "randhie, geometric": ("NegativeBinomial", "log", "randhie, geometric"),
    "committee": ("NegativeBinomial", "log", "committee"),
    "longley": ("Normal", "identity", "longley"),
    "stackloss": ("Normal", "identity", "stackloss"),
    "ccard": ("Normal", "identity", "ccard"),
    "engel": ("Normal", "identity", "engel"),
    "grunfeld": ("Normal", "identity", "grunfeld"),
    "statecrime": ("Normal", "identity", "statecrime"),
    "copper": ("Normal", "identity", "copper"),
}


def normals(rng: np.random.Generator, rows: int, *scales: float) -> dict[str, list[float]]:
    """Columns x1, x2 ... of three decimals at scale 1, correlated through a common part."""
    common = rng.normal(size=rows)
    columns = [np.round(0.5 * common + rng.normal(size=rows), 3) for _ in scales]
    return {
        f"x{i + 1}": [float(f"{v * s:.6g}") for v in c] for i, (c, s) in enumerate(zip(columns, scales, strict=True))
    }


def predictor(columns: dict[str, list[float]], intercept: float, *slopes: float) -> np.ndarray:
    return intercept + sum(s * np.array(c) for s, c in zip(slopes, columns.values(), strict=True))


def sigmoid(eta: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-eta))


def entry(family: str, link: str, target: Any, columns: dict[str, list[float]], **options: Any) -> Entry:
    target = [int(v) if float(v).is_integer() else float(v) for v in target]
    return {"family": family, "link": link, "data": {"target": target, "columns": columns, "options": options}}


def bernoulli(link: str, mean: Callable[[np.ndarray], np.ndarray], rows: int, *coefficients: float) -> Make:
    def make(rng: np.random.Generator) -> Entry:
        columns = normals(rng, rows, *[1.0] * (len(coefficients) - 1))
        p = mean(predictor(columns, *coefficients))
        return entry("Bernoulli", link, rng.random(rows) < p, columns)

    return make


def inside(link: str, mean: Callable[[np.ndarray], np.ndarray], rows: int, *coefficients: float) -> Make:
    """Predictors in [0, 1], so that the mean stays inside its domain."""

    def make(rng: np.random.Generator) -> Entry:
        columns = {f"x{i}": np.round(rng.random(rows), 3).tolist() for i in range(1, len(coefficients))}
        return entry("Bernoulli", link, rng.random(rows) < mean(predictor(columns, *coefficients)), columns)

    return make


def tiny(rng: np.random.Generator) -> Entry:
    return entry("Bernoulli", "logit", [0, 0, 1, 0, 1, 1], {"x1": [1, 2, 3, 4, 5, 6]})


def nearly_separated(rng: np.random.Generator) -> Entry:
    x = sorted(np.round(rng.normal(0, 3, 60), 2).tolist())
    return entry("Bernoulli", "logit", [0] * 29 + [1, 0] + [1] * 29, {"x1": x})


def rare(rng: np.random.Generator) -> Entry:
    columns = normals(rng, 2000, 1.0, 1.0, 1.0)
    return entry("Bernoulli", "logit", rng.random(2000) < sigmoid(predictor(columns, -5.2, 0.8, -0.5, 0.3)), columns)


def scales(rng: np.random.Generator) -> Entry:
    columns = normals(rng, 200, 1e-6, 1.0, 1e6)
    return entry("Bernoulli", "logit", rng.random(200) < sigmoid(predictor(columns, 0.3, 5e5, -1, 6e-7)), columns)


def nearly_collinear(rng: np.random.Generator) -> Entry:
    first = np.round(rng.normal(size=300), 3)
    second = np.round(first + 1e-4 * rng.normal(size=300), 7)
    y = rng.random(300) < sigmoid(0.2 + first)
    return entry("Bernoulli", "logit", y, {"x1": first.tolist(), "x2": second.tolist()})


def far_from_zero(rng: np.random.Generator) -> Entry:
    x = np.round(1e4 + rng.normal(size=150), 2)
    return entry("Bernoulli", "probit", rng.random(150) < sigmoid(1.5 * (x - 1e4)), {"x1": x.tolist()})


def years(family: str, span: int) -> Make:
    """A year near 2000 and its square: columns that an intercept almost spans."""

    def make(rng: np.random.Generator) -> Entry:
        year = np.tile(np.arange(2000 - span, 2000 + span + 1), 6)
        t = (year - 2000) / span
        columns = {"year": year.tolist(), "year^2": (year**2).tolist()}
        if family == "Poisson":
            return entry(family, "log", rng.poisson(np.exp(2 + 0.5 * t - t**2)), columns)
        return entry(family, "logit", rng.random(len(year)) < sigmoid(0.5 + t - t**2), columns)

    return make


def offset(rng: np.random.Generator) -> Entry:
    columns, known = normals(rng, 150, 1.0, 1.0), np.round(rng.normal(size=150), 2)
    y = rng.random(150) < sigmoid(predictor(columns, -0.4, 0.7, 0.2) + known)
    return entry("Bernoulli", "logit", y, columns, offset=known.tolist())


def frequencies(rng: np.random.Generator) -> Entry:
    columns, repeats = normals(rng, 80, 1.0, 1.0), rng.integers(1, 9, 80)
    y = rng.random(80) < sigmoid(predictor(columns, 0.2, 0.9, -0.6))
    return entry("Bernoulli", "logit", y, columns, frequency=repeats.tolist())


def sampling_weights(rng: np.random.Generator) -> Entry:
    columns, weight = normals(rng, 120, 1.0, 1.0), np.round(rng.gamma(2, 1, 120) + 0.01, 2)
    y = rng.random(120) < sigmoid(predictor(columns, -0.3, 0.5, 0.8))
    return entry("Bernoulli", "logit", y, columns, sample_weight=weight.tolist())


def trials(link: str) -> Make:
    def make(rng: np.random.Generator) -> Entry:
        columns, total = normals(rng, 60, 1.0, 1.0), rng.integers(1, 40, 60)
        y = rng.binomial(total, sigmoid(predictor(columns, -0.8, 0.6, -0.9)))
        return entry("Binomial", link, y, columns, total_count=total.tolist())

    return make


def many_trials(rng: np.random.Generator) -> Entry:
    columns, total = normals(rng, 25, 1.0), rng.integers(10**6, 10**8, 25)
    y = rng.binomial(total, sigmoid(predictor(columns, -3, 0.2)))
    return entry("Binomial", "logit", y, columns, total_count=total.tolist())


def exposure(rng: np.random.Generator) -> Entry:
    columns, time = normals(rng, 100, 1.0, 1.0), np.round(rng.gamma(2, 3, 100) + 0.1, 2)
    y = rng.poisson(time * np.exp(predictor(columns, -0.5, 0.4, 0.3)))
    return entry("Poisson", "log", y, columns, exposure=time.tolist())


def poisson_identity(rng: np.random.Generator) -> Entry:
    columns = {name: np.round(10 * rng.random(80), 2).tolist() for name in ("x1", "x2")}
    return entry("Poisson", "identity", rng.poisson(predictor(columns, 2, 1.5, 0.7)), columns)


def large_counts(rng: np.random.Generator) -> Entry:
    columns = normals(rng, 60, 1.0, 1.0)
    return entry("Poisson", "log", rng.poisson(np.exp(predictor(columns, 18, 0.9, -0.4))), columns)


def negative_binomial(rows: int, concentration: float, fixed: bool, shift: bool, *coefficients: float) -> Make:
    def make(rng: np.random.Generator) -> Entry:
        columns = normals(rng, rows, *[1.0] * (len(coefficients) - 1))
        known = np.round(rng.normal(size=rows), 2) if shift else np.zeros(rows)
        mean = np.exp(predictor(columns, *coefficients) + known)
        y = rng.poisson(mean * rng.gamma(concentration, 1 / concentration, rows))
        options: dict[str, Any] = {"fixed": {"concentration": concentration}} if fixed else {}
        return entry("NegativeBinomial", "log", y, columns, **options | ({"offset": known.tolist()} if shift else {}))

    return make


def classes(rows: int, count: int, slopes: int, repeated: bool) -> Make:
    def make(rng: np.random.Generator) -> Entry:
        columns = normals(rng, rows, *[1.0] * slopes)
        design = np.column_stack([np.ones(rows), *columns.values()])
        logits = design @ np.column_stack([np.zeros(slopes + 1), rng.normal(0, 0.7, (slopes + 1, count - 1))])
        y = np.argmax(logits + rng.gumbel(size=(rows, count)), axis=1)
        options = {"frequency": rng.integers(1, 6, rows).tolist()} if repeated else {}
        return entry("Categorical", "logit", y, columns, **options)

    return make


def weighted_normal(rng: np.random.Generator) -> Entry:
    columns, repeats = normals(rng, 40, 1.0, 10.0), rng.integers(1, 7, 40)
    y = np.round(predictor(columns, 3, 1.2, -0.05) + rng.normal(size=40), 3)
    return entry("Normal", "identity", y, columns, frequency=repeats.tolist())


MADE: dict[str, Make] = {
    "tiny": tiny,
    "logit": bernoulli("logit", sigmoid, 400, -0.5, 1.0, -0.7, 0.2, 0.4),
    "probit": bernoulli("probit", lambda eta: sigmoid(1.7 * eta), 200, 0.3, 0.8, -0.5, 0.1),
    "cloglog": bernoulli("cloglog", lambda eta: -np.expm1(-np.exp(eta)), 150, -0.4, 0.6, -0.3),
    "log": inside("log", np.exp, 250, -1.8, 0.9, 0.4),
    "identity": inside("identity", lambda eta: eta, 250, 0.2, 0.35, 0.25),
    "nearly separated": nearly_separated,
    "one in a hundred": rare,
    "scales from 1e-6 to 1e6": scales,
    "nearly collinear": nearly_collinear,
    "far from zero, probit": far_from_zero,
    "years": years("Bernoulli", 40),
    "years, counts": years("Poisson", 15),
    "years, few": years("Bernoulli", 9),
    "offset": offset,
    "frequencies": frequencies,
    "sampling weights": sampling_weights,
    "trials": trials("logit"),
    "trials, probit": trials("probit"),
    "many trials": many_trials,
    "exposure": exposure,
    "identity, counts": poisson_identity,
    "large counts": large_counts,
    "overdispersed": negative_binomial(300, 1.7, False, True, 0.5, 0.6, -0.4),
    "hardly overdispersed": negative_binomial(400, 25.0, False, False, 1.5, 0.5),
    "concentration 2.5": negative_binomial(200, 2.5, True, False, 1.0, 0.5, -0.5),
    "three classes": classes(120, 3, 2, False),
    "four classes, repeated": classes(100, 4, 3, True),
    "normal, repeated": weighted_normal,
}
