"""What a family is: a frozen value made of formulas. Each field states the law it obeys; the tests are those laws.

A formula is a plain function over `crossent.vocabulary` that takes (y, *raw, *fixed), or (*raw, *fixed) where no target
is involved: y the observed value, raw the unconstrained parameters, fixed those that are never learnt (total_count).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import KW_ONLY, dataclass, field, fields
from types import ModuleType
from typing import Any

from crossent import errors
from crossent.families import domains

Formula = Callable[..., Any]


@dataclass(frozen=True)
class Parameter:
    """A parameter: its name, the page's symbol, the range that tests and plots draw from, its `domains.DOMAINS`."""

    name: str
    symbol: str
    typical: tuple[float, float] = (-3, 3)
    domain: str = "extended"


@dataclass(frozen=True)
class Support:
    """Where the target lives. `contains(y, *fixed)` is a formula; `words` end the sentence "target must be ..."."""

    kind: str
    words: str = ""
    contains: Formula | None = None
    discrete: bool | None = None

    def __post_init__(self) -> None:
        if self.kind not in domains.SUPPORTS and self.contains is None:
            raise errors.unknown_option(argument="support", value=self.kind, known=domains.SUPPORTS)
        known = domains.SUPPORTS.get(self.kind, (self.kind, None, False))
        for name, value in zip(("words", "contains", "discrete"), known, strict=True):
            if getattr(self, name) in ("", None):
                object.__setattr__(self, name, value)


@dataclass(frozen=True)
class Parameterisation:
    """Other names for the same parameters. Laws: from_raw(*to_raw(*values)) = values; nll = the raw nll at to_raw."""

    names: tuple[str, ...]
    domains: tuple[str, ...]
    to_raw: Formula  # (*values) -> tuple
    from_raw: Formula  # (*raw) -> tuple
    # written where going through raw would lose digits:
    nll: Formula | None = None  # (y, *values, *fixed)
    unit_deviance: Formula | None = None  # (y, *values, *fixed)
    kl_divergence: Formula | None = None  # (*values_p, *values_q, *fixed_p, *fixed_q)


@dataclass(frozen=True)
class ExponentialFamily:
    """density = exp(<natural_parameter, sufficient_statistic> - log_partition + log_base_measure)."""

    natural_parameter: Formula  # (*raw, *fixed) -> tuple
    sufficient_statistic: Formula  # (y) -> tuple of the same length
    log_partition: Formula  # (*natural, *fixed)
    log_base_measure: Formula  # (y, *fixed)


@dataclass(frozen=True)
class Numerical:
    """A quantity without closed form: NumPy arrays in, NumPy arrays out (see expectation.py). Not a formula."""

    function: Formula

    def __call__(self, *columns: Any) -> Any:
        return self.function(*columns)


@dataclass(frozen=True, repr=False)
class Family:
    """A family of distributions: its `nll` is the loss, and what is not written beside it is derived from it."""

    name: str
    parameters: tuple[Parameter, ...]
    support: Support
    nll: Formula | None = None  # -log density in nats, no constant dropped; derived from `exponential` if not written
    _: KW_ONLY
    density: Formula | None = None  # the textbook's, obviously right: for checking, never for computing
    gradient: Formula | None = None  # of nll by each raw parameter: a tuple
    hessian: Formula | None = None  # of nll, the upper triangle row by row: a tuple
    fisher_information: Formula | Numerical | None = None  # E[hessian], the upper triangle; takes (*raw, *fixed)
    upper_bound: Formula | None = None  # a diagonal D, D - hessian positive semidefinite at that point: a tuple
    entropy: Formula | Numerical | None = None  # E[nll]
    mean: Formula | None = None  # E[y]
    variance: Formula | None = None  # E[(y - mean)^2]
    kl_divergence: Formula | Numerical | None = None  # E[nll of q - nll of p]; (*raw_p, *raw_q, *fixed_p, *fixed_q)
    unit_deviance: Formula | None = None  # 2 (nll - the least nll that any mean gives this y): at least 0
    alternatives: tuple[Parameterisation, ...] = ()
    fixed: tuple[Parameter, ...] = ()
    exponential: ExponentialFamily | None = None
    sample: Callable[..., Any] | None = None  # (rng, shape, *raw, *fixed) -> NumPy array
    fit_mle: Callable[..., Any] | None = None  # (y, weight, *fixed) -> values of the `standard` parameters: a tuple
    classes: Any = None  # ClassFormulas: a family over a row of classes has these instead of formulas of a row
    doc: str = field(default="", repr=False)
    _made: dict[Any, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.nll is None and self.exponential is None and self.classes is None:
            raise errors.family_without_nll(self.name)
        object.__setattr__(self, "__doc__", self._help())

    @classmethod
    def from_module(cls, module: ModuleType, name: str = "") -> Family:
        """The family whose fields are the objects of these names in a module; its docstring is the module's."""
        written = {f.name: getattr(module, f.name) for f in fields(cls) if f.init and hasattr(module, f.name)}
        name = name or "".join(word.capitalize() for word in module.__name__.rpartition(".")[2].split("_"))
        return cls(**({"name": name, "doc": module.__doc__ or ""} | written))

    def __call__(self, **parameters: Any) -> Any:
        """The member with these parameters, in exactly one parameterisation: a `Distribution`."""
        from crossent.families.distribution import Distribution

        return Distribution(self, **parameters)

    # -- parameters ---------------------------------------------------------------------------------------------------
    @property
    def raw(self) -> Parameterisation:
        """The unconstrained parameters that predictions are made of."""
        return Parameterisation(
            tuple(p.name for p in self.parameters), tuple(p.domain for p in self.parameters), _same, _same, self.nll
        )

    @property
    def standard(self) -> Parameterisation:
        """The parameters of the textbook (probs, rate, loc and scale): what `fit_mle` returns."""
        return self.alternatives[0] if self.alternatives else self.raw

    def match(self, names: Iterable[str]) -> Parameterisation:
        """The one parameterisation that has exactly these names; those of fixed parameters are left aside."""
        given, fixed = set(names), {p.name for p in self.fixed}
        choices = (self.raw, *self.alternatives)
        for choice in choices:
            if given - fixed == set(choice.names):
                return choice
        words = [" and ".join(choice.names) for choice in choices]
        raise errors.parameters_unclear(self.name, sorted(given - fixed), words)

    # -- formulas -----------------------------------------------------------------------------------------------------
    def formula(self, quantity: str) -> Any:
        """What is written under this name, or else derived from `nll` or the exponential family; None if neither."""
        from crossent.families import derivation

        return self._once(("formula", quantity), lambda: getattr(self, quantity) or derivation.derived(self, quantity))

    def rows(self, quantity: str = "value", parameterisation: Parameterisation | None = None) -> Any:
        """The kernels' RowFormulas for "value", "gradient", "hessian", "fisher" or "upper_bound" (the last two stand in
        the place of the Hessian). Derivatives are by the raw parameters; another parameterisation has the value only.
        """
        from crossent.families import rows

        key = ("rows", quantity, parameterisation.names if parameterisation else None)
        return self._once(key, lambda: rows.row_formulas(self, quantity, parameterisation))

    def evaluate(self, quantity: str, *columns: Any) -> Any:
        """A quantity over NumPy columns (*raw, *fixed): entropy, mean, kl_divergence, fisher_information ..."""
        from crossent.families import rows

        return rows.evaluate(self, quantity, *columns)

    def _once(self, key: Any, make: Callable[[], Any]) -> Any:
        if key not in self._made:
            self._made[key] = make()
        return self._made[key]

    # -- manners ------------------------------------------------------------------------------------------------------
    def __reduce__(self) -> Any:
        from crossent.families.catalogue import FAMILIES, find_family

        if FAMILIES.get(self.name) is self:
            return find_family, (self.name,)
        return _restore, ({f.name: getattr(self, f.name) for f in fields(self) if f.init},)

    def __repr__(self) -> str:
        return " | ".join(f"{self.name}({', '.join(choice.names)})" for choice in (self.raw, *self.alternatives))

    def _help(self) -> str:
        lines = [self.doc.strip() or self.name, "", f"Target: {self.support.words}."]
        for choice in (self.raw, *self.alternatives):
            words = (f"{n} ({domains.DOMAINS[d][0]})" for n, d in zip(choice.names, choice.domains, strict=True))
            lines.append(f"Parameters: {', '.join(words)}.")
        lines += [f"Fixed: {p.name} ({domains.DOMAINS[p.domain][0]})." for p in self.fixed]
        return "\n".join(lines)


def _same(*values: Any) -> tuple[Any, ...]:
    return values


def _restore(written: dict[str, Any]) -> Family:
    return Family(**written)
