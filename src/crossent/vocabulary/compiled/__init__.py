"""The compiled reading: grades (tables of compiled functions) and `bind`, which compiles a formula over a grade.

DOUBLE gives float64 answers. SINGLE computes in float64 with as many good bits as an answer needs that is rounded to
float32 once. NATIVE takes and gives float32 and computes in it throughout.
"""

from crossent.vocabulary.compiled.bind import bind, native_capable
from crossent.vocabulary.compiled.grades import DOUBLE
from crossent.vocabulary.compiled.intrinsics import wide_vectors
from crossent.vocabulary.compiled.native import NATIVE
from crossent.vocabulary.compiled.single import SINGLE

__all__ = ["DOUBLE", "NATIVE", "SINGLE", "bind", "native_capable", "wide_vectors"]
