"""One lazy pool of threads for all kernels: kernels release the interpreter lock, so threads are enough.

Work is handed out in spans of rows from one shared queue, the calling thread takes part, and a small job never leaves
the calling thread. Since every sum is exact, who computed what cannot be seen in a result.
"""

from __future__ import annotations

import math
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain, islice
from pathlib import Path
from typing import TypeVar

from crossent import errors

VARIABLE = "CROSSENT_NUM_THREADS"
WORTH_SHARING = 50_000  # rows (times columns); below, waking a thread costs more than it saves
GRAIN = 1 << 16  # of them in one span: some 50 microseconds of work

Span = tuple[int, int]
Item = TypeVar("Item")
Result = TypeVar("Result")


def count() -> int:
    """The threads a kernel may use: CROSSENT_NUM_THREADS, or the processors this process is allowed to use.

    A value of CROSSENT_NUM_THREADS that is no whole number of at least 1 raises `errors.UsageError`.
    """
    asked = os.environ.get(VARIABLE, "").strip()
    if not asked:
        return _allowed()
    if not (asked.isascii() and asked.isdecimal() and int(asked) >= 1):
        raise errors.thread_count_invalid(VARIABLE, asked)
    return int(asked)


def share(worker: Callable[[Iterator[Span]], Result], rows: int, *, columns: int = 1) -> list[Result]:
    """Call ``worker(spans)`` in several threads at once; returns what each call returned.

    The spans (start, stop) that the workers take from their iterators together cover range(rows) once, and start at
    multiples of 64. The first exception of a worker is raised here, after the others have stopped at the end of
    their span.
    """
    work = rows * columns
    if work < WORTH_SHARING:
        return [worker(iter(((0, rows),)))]
    step = max(64, GRAIN // columns // 64 * 64)
    participants = min(count(), -(-rows // step))
    if participants == 1:
        return [worker(iter(((0, rows),)))]
    return _share(worker, _Spans(rows, step), participants)


def in_order(function: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """``function`` of each item, computed in all threads, handed over in the items' order; few wait at any time.

    What is added up in this order does not depend on how many threads there were.
    """
    items = iter(items)
    first = list(islice(items, 2))
    participants = count() if len(first) > 1 else 1  # one item alone is not worth waking a thread
    items = chain(first, items)
    if participants == 1:
        yield from map(function, items)
        return
    waiting: deque[Future[Result]] = deque()
    # Threads of its own, as many as may work: the pool has more, and each would bring its rows into the caches.
    with ThreadPoolExecutor(participants, thread_name_prefix="crossent") as workers:
        try:
            for item in items:
                waiting.append(workers.submit(function, item))
                if len(waiting) > 2 * participants:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:  # also Ctrl-C, or a caller that has seen enough
            for future in waiting:
                future.cancel()


def _share(worker: Callable[[Iterator[Span]], Result], spans: _Spans, participants: int) -> list[Result]:
    waiting: list[Future[Result]] = [_executor().submit(worker, spans) for _ in range(participants - 1)]
    try:
        results = [worker(spans)]
        results += [future.result() for future in waiting if not future.cancel()]  # not begun: nothing left to do
    except BaseException:  # also Ctrl-C: nobody may still write into the caller's arrays when it continues
        spans.stop()
        for future in waiting:
            if not future.cancel():
                future.exception()
        raise
    return results


class _Spans(Iterator[Span]):
    """The queue all workers take from."""

    def __init__(self, rows: int, step: int) -> None:
        self._rows, self._step, self._next, self._lock = rows, step, 0, threading.Lock()

    def __next__(self) -> Span:
        with self._lock:
            start = self._next
            if start >= self._rows:
                raise StopIteration
            self._next = stop = min(start + self._step, self._rows)
        return start, stop

    def stop(self) -> None:
        with self._lock:
            self._next = self._rows


# --- the pool: made on first use, made again in a forked child, which has none of its parent's threads ----------------

MOST_THREADS = max(64, os.cpu_count() or 1)  # started one by one when needed; `count` is what limits a call


class _Pool:
    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        self.lock, self.process = threading.Lock(), os.getpid()
        self.executor: ThreadPoolExecutor | None = None


_pool = _Pool()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_pool.forget)


def _executor() -> ThreadPoolExecutor:
    if _pool.process != os.getpid():  # where fork has no hook
        _pool.forget()
    with _pool.lock:
        if _pool.executor is None:
            _pool.executor = ThreadPoolExecutor(MOST_THREADS, thread_name_prefix="crossent")
        return _pool.executor


# --- how many processors this process may use -------------------------------------------------------------------------


def _allowed() -> int:
    return max(1, min(_processors(), _quota(Path("/sys/fs/cgroup"))))


def _processors() -> int:
    if hasattr(os, "process_cpu_count"):  # Python 3.13: honours the affinity, and PYTHON_CPU_COUNT
        return os.process_cpu_count() or 1
    if hasattr(os, "sched_getaffinity"):  # Linux; macOS and Windows have no such call
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


_quotas: dict[Path, int] = {}


def _quota(folder: Path) -> int:
    """Whole processors that a container's limit allows, rounded up; no limit that can be read is no limit."""
    if folder not in _quotas:
        try:
            limit, period = (folder / "cpu.max").read_text().split()
            _quotas[folder] = math.ceil(int(limit) / int(period))
        except (OSError, ValueError):  # no control groups here, or "max 100000"
            _quotas[folder] = _processors()
    return _quotas[folder]
