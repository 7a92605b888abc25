"""The peers of benchmarks/fit.py: each solver as a function of its tolerance and its most iterations.

A peer gets the design as it likes it: statsmodels with a column of ones, made beforehand; every one of the others in
rows and in columns, of which the faster counts (those that would copy it: only in rows). Nothing is done about threads.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from .fit_cases import Case

Solve = Callable[[float, int], np.ndarray]


@dataclass(frozen=True)
class Peer:
    """A solver: `ladder` are its tolerances, loosest first."""

    name: str
    solve: Solve
    ladder: tuple[float, ...] = tuple(10.0**-k for k in range(2, 15))
    most: int = 1000


def quiet(call: Solve) -> Solve:
    """Warnings of not having converged are no news: the gradient says it."""

    def run(tolerance: float, most: int) -> np.ndarray:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return call(tolerance, most)

    return run


def peers(case: Case, target: np.ndarray, design: np.ndarray) -> Iterator[Peer]:
    """Everybody who has this family, one after the other."""
    columns = np.asfortranarray(design)
    for order, given in (("rows", design), ("columns", columns)):
        yield from scikit_learn(case, target, given, order)
        yield from glum(case, target, given, order)
    yield from statsmodels(case, target, design)


def scikit_learn(case: Case, target: np.ndarray, design: np.ndarray, order: str) -> Iterator[Peer]:
    from sklearn.linear_model import LogisticRegression, PoissonRegressor

    if case.family in ("bernoulli", "categorical"):
        for solver in ("lbfgs", "newton-cholesky", "newton-cg", "sag", "saga", "liblinear"):
            if solver == "liblinear" and case.family == "categorical":
                continue  # it has no multinomial loss
            if solver in ("sag", "saga", "liblinear") and order == "columns":
                continue  # they make rows of it

            def logistic(tolerance: float, most: int, solver: str = solver) -> np.ndarray:
                strength = 1e12 if solver == "liblinear" else np.inf  # liblinear cannot do without a penalty
                model = LogisticRegression(C=strength, solver=solver, tol=tolerance, max_iter=most, random_state=0)
                if solver == "liblinear":
                    model.set_params(intercept_scaling=10.0)
                model.fit(design, target)
                found = np.column_stack([model.intercept_, model.coef_])
                return found if case.family == "categorical" else found[0]

            yield Peer(f"scikit-learn {solver}, {order}", quiet(logistic))
    if case.family == "poisson":
        for solver in ("newton-cholesky", "lbfgs"):

            def poisson(tolerance: float, most: int, solver: str = solver) -> np.ndarray:
                model = PoissonRegressor(alpha=0, solver=solver, tol=tolerance, max_iter=most).fit(design, target)
                return np.concatenate([[model.intercept_], model.coef_])

            yield Peer(f"scikit-learn PoissonRegressor {solver}, {order}", quiet(poisson))


def glum(case: Case, target: np.ndarray, design: np.ndarray, order: str) -> Iterator[Peer]:
    from glum import GeneralizedLinearRegressor, NegativeBinomialDistribution

    if case.family == "categorical" or case.learned:
        return
    theta = 1 / case.concentration if case.concentration else 1.0
    family = {"bernoulli": "binomial", "poisson": "poisson"}.get(case.family) or NegativeBinomialDistribution(theta)
    link = "logit" if case.family == "bernoulli" else "log"
    for solver in ("irls-ls", "lbfgs"):

        def fit(tolerance: float, most: int, solver: str = solver) -> np.ndarray:
            model = GeneralizedLinearRegressor(
                family=family, link=link, alpha=0, solver=solver, gradient_tol=tolerance, max_iter=most
            ).fit(design, target)
            return np.concatenate([[model.intercept_], model.coef_])

        yield Peer(f"glum {solver}, {order}", quiet(fit))


def statsmodels(case: Case, target: np.ndarray, design: np.ndarray) -> Iterator[Peer]:
    import statsmodels.api as sm

    with_ones = np.column_stack([np.ones(len(design)), design])

    def likelihood(model: Callable, method: str) -> Solve:
        def fit(tolerance: float, most: int) -> np.ndarray:
            tolerances = {"gtol": tolerance} if method in ("bfgs", "lbfgs") else {"tol": tolerance}
            if method == "lbfgs":
                tolerances = {"pgtol": tolerance, "factr": 0.0}
            found = model(target, with_ones).fit(method=method, maxiter=most, disp=0, **tolerances).params
            if case.family == "categorical":
                return np.vstack([np.zeros(with_ones.shape[1]), np.asarray(found).T])
            return np.concatenate([found[:-1], [-np.log(found[-1])]]) if case.learned else np.asarray(found)

        return fit

    def generalised(family: object) -> Solve:
        def fit(tolerance: float, most: int) -> np.ndarray:
            model = sm.GLM(target, with_ones, family=family)
            return np.asarray(model.fit(tol=tolerance, maxiter=most, tol_criterion="params").params)

        return fit

    if case.family == "bernoulli":
        yield Peer("statsmodels Logit newton", quiet(likelihood(sm.Logit, "newton")))
        yield Peer("statsmodels GLM", quiet(generalised(sm.families.Binomial())))
    if case.family == "categorical":
        yield Peer("statsmodels MNLogit newton", quiet(likelihood(sm.MNLogit, "newton")))
    if case.family == "poisson":
        yield Peer("statsmodels Poisson newton", quiet(likelihood(sm.Poisson, "newton")))
        yield Peer("statsmodels GLM", quiet(generalised(sm.families.Poisson())))
    if case.concentration:
        yield Peer("statsmodels GLM", quiet(generalised(sm.families.NegativeBinomial(alpha=1 / case.concentration))))
    if case.learned:
        yield Peer("statsmodels NegativeBinomial newton", quiet(likelihood(sm.NegativeBinomial, "newton")))
        yield Peer("statsmodels NegativeBinomial bfgs", quiet(likelihood(sm.NegativeBinomial, "bfgs")))
