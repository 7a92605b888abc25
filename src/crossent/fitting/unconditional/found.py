"""What an estimate hands over: each parameter with its variance, and what its profile interval needs."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from crossent.fitting.chunks import Floats
from crossent.fitting.result import Coefficient

MODEL = "profile likelihood"
ONE_ENDED = "profile likelihood, one-ended"
NO_INTERVAL = "With importance weights there is no interval."
SCALED = "profile likelihood, its drop scaled by the ratio of the sandwich variance to the model's"


@dataclass(frozen=True)
class Parameter:
    """One estimated parameter. A variance of None means that it has no standard error, for the `reason`."""

    name: str
    value: float | None
    variance: float | None
    ends: tuple[float, float] | None  # of the 95 % interval
    reason: str = ""
    method: str = MODEL
    error: float | None = None  # where the variance may be beyond the floats

    @property
    def coefficient(self) -> Coefficient:
        """As the result shows it. There is no test of 0: no parameter here has 0 as its natural value."""
        error = math.sqrt(self.variance) if self.error is None and self.variance is not None else self.error
        return Coefficient(self.name, self.value, error, None, None, self.ends, self.method, self.reason)


@dataclass(frozen=True)
class Found:
    """A maximum: its parameters, the sum of w * nll there, and what else was learned on the way."""

    parameters: tuple[Parameter, ...]
    total: float
    counted: int
    covariance: Floats | None = None
    entropy: float | None = None
    iterations: int = 0
    notes: tuple[str, ...] = ()
    values: tuple[float, ...] = field(default=())  # of the standard parameters, all of them, for goodness of fit
