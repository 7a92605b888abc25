"""Which package an array belongs to, and who takes it. Nothing is imported: only the array's own type is looked at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

# A package whose arrays carry a gradient or live on a device: NumPy could read them, and would cut them off silently.
CONVERSIONS = {
    "torch": "tensor.detach().cpu().numpy()",
    "jax": "numpy.asarray(array)",
    "jaxlib": "numpy.asarray(array)",
    "tensorflow": "tensor.numpy()",
    "cupy": "cupy.asnumpy(array)",
    "mlx": "numpy.asarray(array)",
    "paddle": "tensor.numpy()",
    "autograd": "box._value",
}


@dataclass(frozen=True)
class Arrays:
    """How the arrays of one package are taken. Either both conversions, or `take_over`.

    `take_over(name, function, arguments, keywords)` receives a whole call of a public function, ``cross_entropy`` say,
    and answers it: that is how an adapter keeps the gradient.
    """

    to_numpy: Callable[[Any], NDArray[Any]] | None = None
    like: Callable[[NDArray[Any], Any], Any] | None = None
    take_over: Callable[[str, Callable[..., Any], tuple[Any, ...], dict[str, Any]], Any] | None = None


_registered: dict[str, Arrays] = {}
_of_type: dict[type, tuple[str, Arrays | None]] = {}
_PLAIN = ("builtins", Arrays())


def register_arrays(root: str, arrays: Arrays) -> None:
    """Take the arrays whose types are defined in the package `root` (``"torch"``, ``"polars"``) in this way.

    >>> from crossent.arrays import Arrays, register_arrays
    >>> register_arrays("somepackage", Arrays(to_numpy=lambda array: array.numpy()))
    """
    _registered[root] = arrays
    _of_type.clear()


def arrays_of(kind: type) -> tuple[str, Arrays | None]:
    """The package of this type and how its arrays are taken; None if they may not be (no adapter is there)."""
    found = _of_type.get(kind)
    if found is None:
        found = _of_type[kind] = _look_up(kind)
    return found


def _look_up(kind: type) -> tuple[str, Arrays | None]:
    for parent in kind.__mro__:
        root = parent.__module__.partition(".")[0]
        if root in _registered:
            return root, _registered[root]
        if root in CONVERSIONS:
            return root, None
    return _PLAIN


def taking_over(*values: Any) -> Callable[..., Any] | None:
    """The adapter that wants the whole call because one of these values is its own; None for all that NumPy holds."""
    for value in values:
        kind = type(value)
        if kind is np.ndarray or kind is float or value is None:
            continue
        arrays = arrays_of(kind)[1]
        if arrays is not None and arrays.take_over is not None:
            return arrays.take_over
    return None
