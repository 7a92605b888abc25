"""The next chunk is made while the last is used: one thread reads ahead, and stops when nobody takes any more."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from queue import Full, Queue
from typing import Any, TypeVar

Item = TypeVar("Item")

DEPTH = 2  # chunks that wait; more would only take memory
PATIENCE = 0.05  # seconds between looks at whether anybody still listens


def ahead(items: Iterable[Item]) -> Iterator[Item]:
    """The same items in the same order; what the thread raises is raised here."""
    queue: Queue[tuple[str, Any]] = Queue(DEPTH)
    stopped = threading.Event()

    def put(kind: str, value: Any) -> bool:
        while not stopped.is_set():
            try:
                queue.put((kind, value), timeout=PATIENCE)
            except Full:
                continue
            return True
        return False

    def read() -> None:
        try:
            for item in items:
                if not put("item", item):
                    return
        except BaseException as error:  # whatever it is, it belongs to the one who asked
            put("error", error)
        else:
            put("end", None)

    thread = threading.Thread(target=read, name="crossent-reading-ahead", daemon=True)
    thread.start()
    try:
        while True:
            kind, value = queue.get()
            if kind == "end":
                return
            if kind == "error":
                raise value
            yield value
    finally:
        stopped.set()
        thread.join()
