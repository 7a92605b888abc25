"""Maximum likelihood without predictors: estimates, errors, profile intervals, and whether the family fits."""

from crossent.fitting.unconditional.estimate import estimate, estimate_rows, estimate_state
from crossent.fitting.unconditional.state import UnconditionalState

__all__ = ["UnconditionalState", "estimate", "estimate_rows", "estimate_state"]
