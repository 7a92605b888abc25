"""Other people's arrays: what comes in becomes NumPy, what goes out becomes the caller's again. Knows no statistics."""

from crossent.arrays.convert import float_dtype, is_text, like, to_numpy
from crossent.arrays.registry import Arrays, register_arrays, taking_over

__all__ = ["Arrays", "float_dtype", "is_text", "like", "register_arrays", "taking_over", "to_numpy"]
