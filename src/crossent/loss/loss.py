"""Loss: a family's loss for training, from raw predictions, with gradient and curvature in one pass."""

from __future__ import annotations

from typing import Any

import numpy as np

from crossent import errors
from crossent.arrays import like, taking_over, to_numpy
from crossent.families.blame import snake_case
from crossent.families.class_names import class_indices, class_names
from crossent.families.contract import Family
from crossent.families.evaluation import assemble_raw, evaluate, weight_and_mask
from crossent.families.held import hold, raw_value
from crossent.families.shapes import Array, Batch
from crossent.loss import curvature as curvatures
from crossent.loss.reduction import checked, reduce, smoothing_of


class Loss:
    """The loss of a family: -log density of the target at raw, unconstrained predictions, in nats.

    Args:
        family: ``ce.Poisson``, ``"poisson"``, or a family of your own.
        classes: the names of the classes, in the order of raw's columns, for targets that are text.
        parameters: what is not predicted, by keyword. A fixed parameter (``total_count=10``), or one of the raw ones,
            which then leaves raw: with ``Loss("normal", scale=1.0)`` raw is the location alone, of shape (n,).

    Raw predictions: Bernoulli, Binomial, Categorical, Multinomial: logits. Normal, Laplace: (loc, log_scale).
    Poisson: log_rate. NegativeBinomial: (log_mean, log_concentration). Shape (*batch) for one parameter,
    (*batch, k) for k parameters or k classes.

    A `Loss` can be pickled.

    >>> import crossent as ce
    >>> loss = ce.Loss(ce.Bernoulli)
    >>> float(loss([1, 0], [0.0, 0.0]))
    0.6931471805599453
    >>> value, gradient = loss.value_gradient([1, 0], [0.0, 0.0])
    >>> gradient
    array([-0.25,  0.25])
    >>> ce.Loss("normal", scale=1.0)
    Loss(Normal, scale=1.0)
    """

    def __init__(self, family: Family | str, *, classes: Any = None, **parameters: Any) -> None:
        self.family = find(family)
        self.classes = class_names(self.family, classes)
        self.parameters = parameters
        held: dict[str, Array] = {}
        fixed: dict[str, Array] = {}
        for name, value in parameters.items():
            if any(p.name == name for p in self.family.fixed):
                fixed[name] = to_numpy(value, name)
                continue
            found = raw_value(self.family, name, to_numpy(value, name).astype(np.float64))
            if found is None or found[0] in held:
                known = [p.name for p in (*self.family.parameters, *self.family.fixed)]
                raise errors.cannot_be_held(snake_case(self.family.name), name, known)
            held[found[0]] = np.asarray(found[1])
        if len(held) == len(self.family.parameters):
            raise errors.nothing_left_to_predict(snake_case(self.family.name))
        self._family = hold(self.family, list(held)) if held else self.family
        self._fixed = held | fixed
        self._plain = not self._family.fixed and self.classes is None and self.family.classes is None
        self._plain = self._plain and len(self._family.parameters) == 1
        self._formulas: dict[str, Any] = {}

    def __call__(
        self,
        target: Any,
        raw: Any,
        sample_weight: Any = None,
        mask: Any = None,
        label_smoothing: float = 0.0,
        reduction: str = "mean",
        **fixed: Any,
    ) -> Any:
        """The loss of raw predictions: a number, or a row each for ``reduction="none"``; see `cross_entropy`.

        >>> import crossent as ce
        >>> float(ce.Loss("binomial")([3], [0.0], total_count=5))
        1.1631508098056809
        """
        adapter = taking_over(target, raw, sample_weight)
        if adapter is not None:
            keywords = _options(sample_weight, mask, label_smoothing, reduction, fixed)
            return adapter("loss", self, (target, raw), keywords)
        rows = checked(reduction) == "none"
        evaluation, batch, array = self._run(
            target, raw, sample_weight, mask, label_smoothing, fixed, "value", rows, False, None
        )
        return reduce(evaluation, reduction, batch.shape, array.dtype, raw)

    def value_gradient(
        self,
        target: Any,
        raw: Any,
        sample_weight: Any = None,
        mask: Any = None,
        label_smoothing: float = 0.0,
        reduction: str = "mean",
        *,
        out: Array | None = None,
        **fixed: Any,
    ) -> tuple[Any, Any]:
        """The loss and its gradient by raw, in one pass.

        The gradient is that of the returned value: w * g for "none" and "sum", w * g / sum of w for "mean"; 0 for a
        row that does not count. It has raw's shape, dtype and kind of array. `out` receives it, which saves fresh
        memory: a NumPy array of raw's shape and dtype.

        >>> import crossent as ce
        >>> value, gradient = ce.Loss("poisson").value_gradient([2, 0], [0.0, 0.0], reduction="sum")
        >>> gradient
        array([-1.,  1.])
        """
        adapter = taking_over(target, raw, sample_weight)
        if adapter is not None:
            keywords = _options(sample_weight, mask, label_smoothing, reduction, fixed) | {"out": out}
            return adapter("value_gradient", self.value_gradient, (target, raw), keywords)
        rows = checked(reduction) == "none"
        evaluation, batch, array = self._run(
            target, raw, sample_weight, mask, label_smoothing, fixed, "gradient", rows, reduction == "mean", out
        )
        value = reduce(evaluation, reduction, batch.shape, array.dtype, raw)
        if out is not None:
            return value, out
        gradient = evaluation.gradient
        if gradient.shape != array.shape:
            gradient = gradient.reshape(array.shape)
        return value, gradient if type(raw) is np.ndarray else like(gradient, raw)

    def value_gradient_hessian(
        self,
        target: Any,
        raw: Any,
        sample_weight: Any = None,
        mask: Any = None,
        label_smoothing: float = 0.0,
        reduction: str = "mean",
        *,
        curvature: str = "exact",
        full: bool = False,
        **fixed: Any,
    ) -> tuple[Any, Any, Any]:
        """The loss, its gradient and its curvature by raw, in one pass.

        Args:
            curvature: "exact", the Hessian; "fisher", its expectation under the model; "upper_bound", a diagonal D
                with D - H positive semidefinite at that point (Categorical: 2 p (1 - p)).
            full: False for the diagonal, of raw's shape; True for the matrix of each row, shape (*batch, k, k).

        Raises:
            UsageError: the family states no such curvature.

        >>> import crossent as ce
        >>> value, gradient, hessian = ce.Loss("bernoulli").value_gradient_hessian([1], [0.0])
        >>> hessian
        array([0.25])
        """
        adapter = taking_over(target, raw, sample_weight)
        if adapter is not None:
            keywords = _options(sample_weight, mask, label_smoothing, reduction, fixed)
            keywords |= {"curvature": curvature, "full": full}
            return adapter("value_gradient_hessian", self.value_gradient_hessian, (target, raw), keywords)
        if curvature not in curvatures.CURVATURES:
            raise errors.unknown_option(argument="curvature", value=curvature, known=curvatures.CURVATURES)
        rows, mean = checked(reduction) == "none", reduction == "mean"
        quantity = curvatures.quantity_of(self._family, curvature)
        evaluation, batch, array = self._run(
            target, raw, sample_weight, mask, label_smoothing, fixed, quantity, rows, mean, None, full
        )
        hessian = curvatures.of_evaluation(self._family, evaluation, batch, curvature, full, mean)
        value = reduce(evaluation, reduction, batch.shape, array.dtype, raw)
        gradient = like(evaluation.gradient.reshape(array.shape), raw)
        if full:
            k = self._width(array)
            return value, gradient, hessian.reshape(*batch.shape, k, k)
        return value, gradient, like(hessian.reshape(array.shape), raw)

    def _width(self, raw: Array) -> int:
        return raw.shape[-1] if self._family.classes is not None else len(self._family.parameters)

    def _run(
        self, target: Any, raw: Any, sample_weight: Any, mask: Any, label_smoothing: float, fixed: dict[str, Any],
        quantity: str, keep_rows: bool, mean: bool, out: Array | None, full: bool = False,
    ) -> tuple[Any, Batch, Array]:  # fmt: skip
        family = self._family
        array = to_numpy(raw, "raw")
        smoothing = 0.0 if label_smoothing == 0 else smoothing_of(family, label_smoothing)
        if self._plain and sample_weight is None and mask is None and not fixed:
            batch = assemble_raw(family, to_numpy(target, "target"), array, (), None, None)
        else:
            weight, mask = weight_and_mask(sample_weight, mask)
            target = to_numpy(target, "target", text=self.classes is not None)
            if self.classes is not None:
                target = class_indices(target, self.classes, weight, mask)
            batch = assemble_raw(family, target, array, self._all_fixed(fixed), weight, mask)
        if quantity != "value" and batch.raw.size != array.size:
            raise errors.gradient_needs_rows(array.shape, batch.shape)
        if out is not None:
            out = _checked_out(out, array)
        formulas = self._formulas.get(quantity)
        if formulas is None and family.classes is None:
            formulas = self._formulas[quantity] = family.rows(quantity)
        evaluation = evaluate(
            family, None, batch, smoothing=smoothing, quantity=quantity, keep_rows=keep_rows, mean=mean, out=out,
            full=full, formulas=formulas,
        )  # fmt: skip
        return evaluation, batch, array if array.dtype.kind == "f" else array.astype(np.float64)

    def _all_fixed(self, given: dict[str, Any]) -> tuple[Array, ...]:
        names = [parameter.name for parameter in self._family.fixed]
        unknown = set(given) - set(names)
        if unknown:
            raise errors.unknown_option(argument="a keyword", value=min(unknown), known=names)
        values = self._fixed | {name: to_numpy(value, name) for name, value in given.items()}
        if self.family.classes is not None:
            return tuple(values[name] for name in names if name in values)
        for name in names:
            if name not in values:
                raise errors.fixed_parameter_missing(snake_case(self.family.name), name)
        return tuple(values[name] for name in names)

    def __repr__(self) -> str:
        given = self.parameters | ({"classes": self.classes} if self.classes is not None else {})
        return f"Loss({', '.join([self.family.name, *(f'{name}={value!r}' for name, value in given.items())])})"

    def __reduce__(self) -> Any:
        return _restore, (self.family, {**self.parameters, "classes": self.classes})


def find(family: Any) -> Family:
    """A family, by itself or by its name."""
    if isinstance(family, Family):
        return family
    if isinstance(family, str):
        from crossent.families.catalogue import find_family

        return find_family(family)
    raise errors.not_a_family(argument="family", value=family)


def _restore(family: Family, parameters: dict[str, Any]) -> Loss:
    return Loss(family, **parameters)


def _options(sample_weight: Any, mask: Any, label_smoothing: float, reduction: str, fixed: dict[str, Any]) -> Any:
    options = {"sample_weight": sample_weight, "mask": mask, "label_smoothing": label_smoothing}
    return options | {"reduction": reduction} | fixed


def _checked_out(out: Any, raw: Array) -> Array:
    dtype = raw.dtype if raw.dtype.kind == "f" else np.dtype(np.float64)
    if type(out) is not np.ndarray:
        raise errors.output_mismatch(raw.shape, dtype, f"a {type(out).__name__}")
    if out.shape != raw.shape or out.dtype != dtype or not out.flags.writeable or not out.flags.c_contiguous:
        layout = "" if out.flags.c_contiguous else " not contiguous," + "" if out.flags.writeable else " read-only,"
        raise errors.output_mismatch(raw.shape, dtype, f"{layout} of shape {out.shape} and dtype {out.dtype}".strip())
    return out
