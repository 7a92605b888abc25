"""A member of a family: the family with its parameters, as ``ce.Bernoulli(logits=z)`` makes it."""

from __future__ import annotations

from typing import Any

import numpy as np

from crossent import errors
from crossent.arrays import like, to_numpy
from crossent.families.blame import snake_case
from crossent.families.class_names import class_indices, class_names
from crossent.families.evaluation import Member, assemble, evaluate
from crossent.families.shapes import Array, Shape


class Distribution:
    """A family with its parameters, in exactly one of the family's parameterisations. Rows, no reduction; nats.

    Parameters may be numbers, arrays, lists or data-frame columns. They are kept as they came: probabilities go
    through the formula for probabilities, never through logits. All that are no numbers have one shape, the batch's;
    for families over classes the last axis is the classes. Fixed parameters (``total_count``) broadcast.
    ``classes=[...]`` names the classes of a family over classes, so that targets may be text. Rows of probabilities
    may miss a sum of 1 by ``sum_tolerance`` (the square root of the dtype's precision) and are never divided by it.

    Raises:
        TypeError: not exactly one parameterisation; a fixed parameter is missing; a tensor whose adapter is not there.
        ValueError: (from the methods) a value outside its domain, with its row.

    >>> import crossent as ce
    >>> p = ce.Bernoulli(probs=0.25)
    >>> p
    Bernoulli(probs=0.25)
    >>> float(p.log_prob(1))
    -1.3862943611198906
    >>> float(p.mean), float(p.variance)
    (0.25, 0.1875)
    """

    __slots__ = (
        "_member",
        "_raw",
        "choice",
        "classes",
        "family",
        "fixed",
        "parameterisation",
        "parameters",
        "tolerance",
    )

    def __init__(
        self, family: Any, /, *, classes: Any = None, sum_tolerance: float | None = None, **given: Any
    ) -> None:
        self.family = family
        self.parameterisation, self.choice = family._once(("given", *given), lambda: chosen(family, given))
        self.parameters: dict[str, Any] = {name: given[name] for name in self.parameterisation.names}
        self.fixed: dict[str, Any] = {p.name: given[p.name] for p in family.fixed if p.name in given}
        self.classes = class_names(family, classes)
        self.tolerance = sum_tolerance
        self._member: Member | None = None
        self._raw: tuple[Array, ...] | None = None

    # -- rows ---------------------------------------------------------------------------------------------------------
    def nll(self, target: Any) -> Any:
        """-log density of the target, a row each: the loss.

            nll(y) = -log p(y)

        Args:
            target: values of the family's support, shape (*batch), for classes also (*batch, k).
        Returns:
            Nats, shape (*batch), in the prediction's kind of array and float dtype; +inf for what has probability 0.

        >>> import crossent as ce
        >>> ce.Poisson(rate=[1.0, 2.0]).nll([0, 2])
        array([1.        , 1.30685282])
        """
        return like(self.rows(self.target(target)), self.leading)

    def log_prob(self, target: Any) -> Any:
        """The log of the density (or probability) of the target, a row each: -nll."""
        return -self.nll(target)

    def entropy(self) -> Any:
        """The expected nll of the distribution's own draws, in nats: the least cross-entropy any model can have here.

        >>> import crossent as ce
        >>> float(ce.Bernoulli(probs=0.5).entropy())
        0.6931471805599453
        """
        return like(self.quantity("entropy"), self.leading)

    @property
    def mean(self) -> Any:
        """The expected value, a row each."""
        return like(self.quantity("mean"), self.leading)

    @property
    def variance(self) -> Any:
        """The expected squared distance from the mean, a row each."""
        return like(self.quantity("variance"), self.leading)

    def sample(self, rng: Any = None, shape: int | Shape = ()) -> Any:
        """Draws: `shape` of them for every row, an array of shape (*shape, *batch).

        Args:
            rng: a `numpy.random.Generator`, or a seed for one, or None for fresh entropy.

        >>> import crossent as ce
        >>> ce.Poisson(rate=3.0).sample(0, 4).shape
        (4,)
        """
        if self.family.sample is None:
            raise errors.quantity_missing(snake_case(self.family.name), "sample")
        generator = rng if isinstance(rng, np.random.Generator) else np.random.default_rng(rng)
        head = (shape,) if isinstance(shape, int) else tuple(shape)
        raw, fixed = self.raw(), self.all_fixed()
        whole = np.broadcast_shapes(*(column.shape for column in (*raw, *fixed)))
        whole = whole[:-1] if self.family.classes is not None else whole
        return self.family.sample(generator, (*head, *whole), *raw, *fixed)

    # -- what the loss layer uses -------------------------------------------------------------------------------------
    @property
    def leading(self) -> Any:
        """The parameter whose kind of array results come back in: the first that is no number."""
        for value in self.parameters.values():
            if np.ndim(value) if isinstance(value, np.ndarray | np.generic | float | int) else True:
                return value
        return next(iter(self.parameters.values()))

    @property
    def member(self) -> Member:
        """The parameters as NumPy arrays."""
        if self._member is None:
            values = tuple(to_numpy(value, name) for name, value in self.parameters.items())
            fixed = tuple(to_numpy(value, name) for name, value in self.fixed.items())
            self._member = Member(self.family, self.parameterisation, values, fixed)
        return self._member

    def all_fixed(self) -> tuple[Array, ...]:
        """The fixed parameters, which nothing else tells where there is no target: a Multinomial's total_count."""
        for parameter in self.family.fixed:
            if parameter.name not in self.fixed:
                raise errors.fixed_parameter_missing(snake_case(self.family.name), parameter.name)
        return self.member.fixed

    def raw(self) -> tuple[Array, ...]:
        """The unconstrained parameters, float64 where they had to be computed."""
        if self._raw is None:
            values = self.member.parameters
            if self.choice is not None:
                with np.errstate(divide="ignore"):  # log(0) = -inf is meant
                    values = self.parameterisation.to_raw(*(value.astype(np.float64) for value in values))
            self._raw = tuple(np.asarray(value) for value in values)
        return self._raw

    def target(self, target: Any, weight: Array | None = None, mask: Array | None = None) -> Array:
        """The target as a NumPy array; the names of classes become their indices."""
        if self.classes is None:
            return to_numpy(target, "target")
        return class_indices(to_numpy(target, "target", text=True), self.classes, weight, mask)

    @property
    def class_axis(self) -> Shape:
        """(k,) for a family over k classes, else ()."""
        return () if self.family.classes is None else self.member.parameters[0].shape[-1:]

    def probabilities(self) -> Array:
        """The probabilities of the classes as they were given, or computed; of the second class for a Bernoulli."""
        if self.parameterisation.names == ("probs",):
            return self.member.parameters[0]
        return np.asarray(self.family.evaluate("mean", *self.raw()))

    def evaluate(self, batch: Any, **options: Any) -> Any:
        """The kernels' Evaluation of a batch that `assemble` made of this member."""
        return evaluate(self.family, self.choice, batch, tolerance=self.tolerance, **options)

    def rows(self, target: Array, *, double: bool = False) -> Array:
        """nll of each row as a NumPy array of the batch's shape."""
        batch = assemble(self.member, target)
        rows: Array = self.evaluate(batch, keep_rows=True, double=double).rows
        return rows.reshape(batch.shape) if double else rows.reshape(batch.shape).astype(self.member.dtype, copy=False)

    def quantity(self, name: str) -> Array:
        """entropy, mean or variance as a NumPy array of the batch's shape and the parameters' float dtype."""
        if name == "mean" and (given := self._mean_given()) is not None:
            return given.astype(self.member.dtype, copy=False)
        value = self.family.evaluate(name, *self.raw(), *self.all_fixed())
        value = value[0] if isinstance(value, tuple) else value
        return np.asarray(value).astype(self.member.dtype, copy=False)

    def _mean_given(self) -> Array | None:
        """The parameter that is the mean, where one is: a Poisson's rate is handed back as it came."""
        place = self.family._once(("mean is", self.parameterisation.names), self._find_mean)
        return None if place is None else self.member.parameters[place]

    def _find_mean(self) -> int | None:
        """Which of the parameters the formula of the mean is, tried at a point."""
        if self.family.fixed or self.family.classes is not None or self.family.formula("mean") is None:
            return None
        raw = [np.float64(1 / 7 + i / 3) for i in range(len(self.family.parameters))]
        mean = self.family.formula("mean")(*raw)
        same = [i for i, value in enumerate(self.parameterisation.from_raw(*raw)) if value == mean]
        return same[0] if same else None

    # -- manners ------------------------------------------------------------------------------------------------------
    def __repr__(self) -> str:
        given = {**self.parameters, **self.fixed} | ({"classes": self.classes} if self.classes is not None else {})
        return f"{self.family.name}({', '.join(f'{name}={brief(value)}' for name, value in given.items())})"

    def __reduce__(self) -> Any:
        given = {**self.parameters, **self.fixed, "classes": self.classes, "sum_tolerance": self.tolerance}
        return _restore, (self.family, given)


def chosen(family: Any, given: dict[str, Any]) -> tuple[Any, Any]:
    """The parameterisation that was given; and again, but None if it is the raw one."""
    choice = family.match(given)
    for parameter in family.fixed:
        if parameter.name not in given and family.classes is None:  # else it is the target's row sum
            raise errors.fixed_parameter_missing(snake_case(family.name), parameter.name)
    return choice, None if choice.names == family.raw.names else choice


def _restore(family: Any, given: dict[str, Any]) -> Distribution:
    return Distribution(family, **given)


def brief(value: Any) -> str:
    """A parameter as `repr` shows it: numbers and short lists in full, arrays by shape and dtype."""
    shape = getattr(value, "shape", None)
    if shape is None or shape == ():
        text = repr(value.item() if isinstance(value, np.ndarray | np.generic) else value)
        return text if len(text) <= 60 else f"<{type(value).__name__} of {len(value)}>"
    return f"<{'x'.join(map(str, shape))} {getattr(value, 'dtype', type(value).__name__)}>"
