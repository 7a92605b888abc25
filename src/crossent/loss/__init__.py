"""The loss layer: weights, masks, smoothing, reduction, over any family."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from crossent.loss.functions import cross_entropy, deviance, entropy, kl_divergence
    from crossent.loss.loss import Loss
    from crossent.loss.tally import Tally
    from crossent.loss.tallying import rows

__all__ = ["Loss", "Tally", "cross_entropy", "deviance", "entropy", "kl_divergence", "rows"]

_HOMES = {
    "functions": ("cross_entropy", "deviance", "entropy", "kl_divergence"),
    "loss": ("Loss",),
    "tally": ("Tally",),
    "tallying": ("rows",),
}


def __getattr__(name: str) -> Any:
    """A name is imported from its home when it is asked for: a training loop needs `Loss` alone."""
    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{home}"), name)
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
