"""The SINGLE grade: float64 inside, for answers that are rounded once to float32 by the caller."""

from __future__ import annotations

from crossent.vocabulary.compiled.grades import DOUBLE

SINGLE = dict(DOUBLE)
