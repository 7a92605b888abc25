"""Counters of rows on standard error, only where somebody is looking."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def row_counter() -> Iterator[Callable[[int], None] | None]:
    """Yields a function of the number of rows read so far; None if standard error is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    shown = (SpinnerColumn(), TextColumn("{task.completed:,.0f} rows"), TimeElapsedColumn())
    with Progress(*shown, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("rows", total=None)
        yield lambda rows: bar.update(task, completed=rows)


@contextmanager
def fit_progress() -> Iterator[Callable[..., None] | None]:
    """Yields a function of the rows read so far in a pass; None if standard error is no terminal.

    It may be told the `iteration` and the `loss` as well; a count of rows that falls begins another pass.
    """
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    words = TextColumn(
        "pass {task.fields[passes]}{task.fields[loss]}  {task.completed:,.0f} rows  {task.fields[speed]} rows/s"
    )
    with Progress(SpinnerColumn(), words, TimeElapsedColumn(), console=Console(stderr=True), transient=True) as bar:
        yield _PassCounter(bar, bar.add_task("rows", total=None, passes=1, loss="", speed="-"))


class _PassCounter:
    """Adds the rows of all passes up, for the speed."""

    def __init__(self, bar: Any, task: Any) -> None:
        self.bar, self.task = bar, task
        self.passes, self.rows, self.before = 1, 0, 0
        self.loss = ""
        self.begun = time.monotonic()

    def __call__(self, rows: int, iteration: int | None = None, loss: float | None = None) -> None:
        if rows < self.rows:
            self.before += self.rows
            self.passes += 1
        self.rows = rows
        if loss is not None:
            self.loss = f"  loss {loss:.6g} nats"
        elapsed = time.monotonic() - self.begun
        speed = f"{(self.before + rows) / elapsed:,.0f}" if elapsed > 0 else "-"
        shown = self.passes if iteration is None else iteration
        self.bar.update(self.task, completed=rows, passes=shown, loss=self.loss, speed=speed)
