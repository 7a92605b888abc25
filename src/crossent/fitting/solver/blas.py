"""BLAS in one thread while our own threads share the blocks of rows; what it splits would have other bits, too."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

_lock = threading.Lock()
_inside = 0
_limit: Any = None


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """BLAS libraries keep to one thread until the last fit that runs at the same time is done."""
    global _inside, _limit
    with _lock:
        if not _inside:
            _limit = _controller().limit(limits=1, user_api="blas")
        _inside += 1
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if not _inside:
                _limit.restore_original_limits()


@cache
def _controller() -> Any:
    import scipy.linalg  # noqa: F401  (its BLAS is to be known too)
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()
