"""What a family does not write: derivatives from its nll, and nll, moments and divergences from its log-partition."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from crossent import errors
from crossent.families.derivatives import derivative
from crossent.families.graph import Node, function, is_number, trace

if TYPE_CHECKING:
    from crossent.families.contract import ExponentialFamily, Family


def derived(family: Family, quantity: str) -> Callable[..., Any] | None:
    """The formula of a quantity as it follows from the rest of the family; None if it does not."""
    if quantity in ("gradient", "hessian") and family.classes is None:
        return _gradient(family) if quantity == "gradient" else _hessian(family)
    if family.exponential is not None and quantity in _FROM_LOG_PARTITION:
        return _FROM_LOG_PARTITION[quantity](family)
    return None


def _names(family: Family, target: bool = True) -> list[str]:
    return ["y"] * target + [p.name for p in (*family.parameters, *family.fixed)]


def _gradient(family: Family) -> Callable[..., Any]:
    names = _names(family)
    variables, (nll,) = trace(family.formula("nll"), names)
    raw = variables[1 : 1 + len(family.parameters)]
    return function("gradient", names, [derivative(family.name, nll, v, {}) for v in raw], single=False)


def _hessian(family: Family) -> Callable[..., Any]:
    """Of the written gradient where there is one: it keeps digits that nll has not."""
    names = _names(family)
    variables, gradient = trace(family.formula("gradient"), names)
    raw = variables[1 : 1 + len(family.parameters)]
    triangle = [derivative(family.name, gradient[i], raw[j], {}) for i in range(len(raw)) for j in range(i, len(raw))]
    return function("hessian", names, triangle, single=False)


# --- from the log-partition A: nll = A(eta) - <eta, T(y)> - log h(y) -------------------------------------------------


def _exponential(family: Family) -> ExponentialFamily:
    if family.exponential is None:
        raise errors.family_without_nll(family.name)
    return family.exponential


def _nll(family: Family) -> Callable[..., Any]:
    e, k = _exponential(family), len(family.parameters)

    def nll(y: Any, *parameters: Any) -> Any:
        eta, fixed = e.natural_parameter(*parameters), parameters[k:]
        total = e.log_partition(*eta, *fixed) - e.log_base_measure(y, *fixed)
        for component, statistic in zip(eta, e.sufficient_statistic(y), strict=True):
            total = total - component * statistic
        return total

    names = _names(family)
    return function("nll", names, trace(nll, names)[1], single=True)


class _LogPartition:
    """The graph of A(eta(raw)), its gradient and Hessian by eta, and eta itself."""

    def __init__(self, family: Family, graph: dict[Any, Node], raw: list[Node], fixed: list[Node]) -> None:
        e = _exponential(family)
        self.eta = e.natural_parameter(*raw, *fixed)
        # A is traced over variables of its own, and these are replaced by eta(raw) when it is called again
        names = [f"eta_{i}" for i in range(len(self.eta))]
        free, (value,) = trace(e.log_partition, [*names, *(p.name for p in family.fixed)])
        slope = [derivative(family.name, value, v, {}) for v in free[: len(names)]]
        bend = [derivative(family.name, s, v, {}) for s in slope for v in free[: len(names)]]
        arguments = [*names, *(p.name for p in family.fixed)]
        made = function("log_partition", arguments, [value, *slope, *bend], single=False)(*self.eta, *fixed)
        k = len(names)
        self.value, self.slope = made[0], made[1 : 1 + k]
        self.bend = [made[1 + k + i * k : 1 + k + (i + 1) * k] for i in range(k)]


def _of_log_partition(
    family: Family, name: str, results: Callable[..., Any], single: bool = True
) -> Callable[..., Any]:
    names = _names(family, target=False)

    def formula(*arguments: Node) -> Any:
        k = len(family.parameters)
        return results(_LogPartition(family, arguments[0].graph, list(arguments[:k]), list(arguments[k:])), *arguments)

    return function(name, names, trace(formula, names)[1], single)


def _statistic_is_target(family: Family) -> bool:
    (y,), statistic = trace(_exponential(family).sufficient_statistic, ["y"])
    return statistic[0] is y


def _mean(family: Family) -> Callable[..., Any] | None:
    return _of_log_partition(family, "mean", lambda a, *_: a.slope[0]) if _statistic_is_target(family) else None


def _variance(family: Family) -> Callable[..., Any] | None:
    return _of_log_partition(family, "variance", lambda a, *_: a.bend[0][0]) if _statistic_is_target(family) else None


def _entropy(family: Family) -> Callable[..., Any] | None:
    """A - <eta, E T> - log h, where h does not depend on y."""
    names = _names(family)
    variables, (base,) = trace(
        lambda y, *p: _exponential(family).log_base_measure(y, *p[len(family.parameters) :]), names
    )
    if not is_number(derivative(family.name, base, variables[0], {}), 0):
        return None

    def entropy(a: _LogPartition, *arguments: Node) -> Any:
        total = a.value - _exponential(family).log_base_measure(0 * arguments[0], *arguments[len(family.parameters) :])
        for component, mean in zip(a.eta, a.slope, strict=True):
            total = total - component * mean
        return total

    return _of_log_partition(family, "entropy", entropy)


def _kl_divergence(family: Family) -> Callable[..., Any]:
    """A(eta_q) - A(eta_p) - <eta_q - eta_p, E_p T>, for equal fixed parameters."""
    k = len(family.parameters)
    fixed = [p.name for p in family.fixed]
    names = [f"{p.name}_{side}" for side in "pq" for p in family.parameters] + [
        f"{f}_{side}" for side in "pq" for f in fixed
    ]

    def formula(*arguments: Node) -> Any:
        held = list(arguments[2 * k : 2 * k + len(fixed)])
        p, q = (_LogPartition(family, arguments[0].graph, list(arguments[i : i + k]), held) for i in (0, k))
        total = q.value - p.value
        for of_p, of_q, mean in zip(p.eta, q.eta, p.slope, strict=True):
            total = total - (of_q - of_p) * mean
        return total

    return function("kl_divergence", names, trace(formula, names)[1], single=True)


def _fisher_information(family: Family) -> Callable[..., Any]:
    """J' A'' J, with J the derivative of eta by the raw parameters."""
    k = len(family.parameters)

    def formula(a: _LogPartition, *arguments: Node) -> Any:
        jacobian = [[derivative(family.name, eta, raw, {}) for raw in arguments[:k]] for eta in a.eta]
        sides = range(len(a.eta))
        return tuple(
            sum((jacobian[s][i] * a.bend[s][t] * jacobian[t][j] for s in sides for t in sides), start=0)
            for i in range(k)
            for j in range(i, k)
        )

    return _of_log_partition(family, "fisher_information", formula, single=False)


_FROM_LOG_PARTITION: dict[str, Callable[[Family], Any]] = {
    "nll": _nll,
    "mean": _mean,
    "variance": _variance,
    "entropy": _entropy,
    "kl_divergence": _kl_divergence,
    "fisher_information": _fisher_information,
}
