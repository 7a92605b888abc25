"""Threads: every row is taken once, failures arrive, a fork works, the environment is obeyed."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from itertools import pairwise

import pytest

from crossent import errors
from crossent.kernels import threads

ROWS = 1_000_003


def covered(rows: int, columns: int = 1) -> list[tuple[int, int]]:
    parts = threads.share(lambda spans: list(spans), rows, columns=columns)
    return sorted(span for part in parts for span in part)


@pytest.mark.parametrize("number", [1, 2, 3, 7])
@pytest.mark.parametrize(("rows", "columns"), [(0, 1), (1, 1), (ROWS, 1), (20_011, 1000), (3, 1_000_000)])
def test_spans_cover_every_row_once(monkeypatch: pytest.MonkeyPatch, number: int, rows: int, columns: int) -> None:
    monkeypatch.setenv(threads.VARIABLE, str(number))
    spans = covered(rows, columns)
    assert spans[0][0] == 0
    assert spans[-1][1] == rows
    assert all(left[1] == right[0] for left, right in pairwise(spans))


def test_a_small_job_stays_in_the_calling_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(threads.VARIABLE, "4")
    names = threads.share(lambda spans: (list(spans), threading.current_thread().name), 1000)
    assert [name for _, name in names] == [threading.current_thread().name]


def test_several_threads_take_part_and_the_caller_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(threads.VARIABLE, "3")

    def slowly(spans):
        return [time.sleep(0.01) for _ in spans], threading.get_ident()

    took_part = {ident for _, ident in threads.share(slowly, ROWS)}
    assert threading.get_ident() in took_part
    assert 2 <= len(took_part) <= 3


@pytest.mark.parametrize("kind", [ValueError, KeyboardInterrupt])
def test_a_failure_arrives_and_the_pool_still_works(monkeypatch: pytest.MonkeyPatch, kind: type[BaseException]) -> None:
    monkeypatch.setenv(threads.VARIABLE, "3")

    def failing(spans):
        for start, _ in spans:
            if start > ROWS // 2:
                raise kind

    with pytest.raises(kind):
        threads.share(failing, ROWS)
    assert covered(ROWS)[-1][1] == ROWS


def test_calls_from_many_threads_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(threads.VARIABLE, "3")
    done: list[int] = []
    callers = [threading.Thread(target=lambda: done.append(covered(ROWS)[-1][1])) for _ in range(8)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join(30)
    assert done == [ROWS] * 8


@pytest.mark.parametrize("value", ["0", "-1", "two", "1.5", "²"])
def test_a_bad_number_of_threads_is_an_error(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv(threads.VARIABLE, value)
    with pytest.raises(errors.UsageError, match="CROSSENT_NUM_THREADS must be a whole number of at least 1"):
        threads.count()


def test_without_a_wish_the_processors_of_this_process_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(threads.VARIABLE, raising=False)
    assert 1 <= threads.count() <= (os.cpu_count() or 1)


@pytest.mark.parametrize(("text", "expected"), [("150000 100000", 2), ("100000 100000", 1), ("max 100000", None)])
def test_a_containers_limit_is_read(tmp_path, text: str, expected: int | None) -> None:
    (tmp_path / "cpu.max").write_text(text + "\n")
    assert threads._quota(tmp_path) == (expected or threads._processors())


@pytest.mark.parametrize("missing", [("process_cpu_count",), ("process_cpu_count", "sched_getaffinity")])
def test_processors_are_counted_without_the_newer_calls(monkeypatch: pytest.MonkeyPatch, missing: tuple[str]) -> None:
    for name in missing:
        monkeypatch.delattr(os, name, raising=False)
    assert threads._processors() >= 1


FORK = """
import concurrent.futures, os, sys
os.environ["CROSSENT_NUM_THREADS"] = "2"
if sys.argv[1] == "without hook": del os.register_at_fork     # then the process number has to tell
from crossent.kernels import threads
def rows():
    return sum(stop - start for part in threads.share(lambda spans: list(spans), 1_000_000) for start, stop in part)
assert rows() == 1_000_000
child = os.fork()
if child == 0:
    os._exit(0 if rows() == 1_000_000 else 1)
assert os.waitpid(child, 0)[1] == 0
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
@pytest.mark.parametrize("hook", ["with hook", "without hook"])
def test_a_forked_child_gets_its_own_pool(hook: str) -> None:
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", FORK, hook], timeout=60, check=False)
    assert done.returncode == 0


INTERRUPT = """
import os, signal, threading, time
os.environ["CROSSENT_NUM_THREADS"] = "2"
from crossent.kernels import threads
threading.Timer(0.3, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
def slow(spans):
    for _ in spans: time.sleep(0.05)
try:
    threads.share(slow, 100_000_000)
except KeyboardInterrupt:
    print("interrupted")
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT that a process can send itself")
def test_control_c_stops_the_work() -> None:
    done = subprocess.run([sys.executable, "-c", INTERRUPT], timeout=30, capture_output=True, text=True, check=False)
    assert done.stdout == "interrupted\n"


def test_results_come_in_order_from_as_many_threads_as_may_work(monkeypatch):
    import threading
    import time

    running, most, lock = set(), [0], threading.Lock()

    def work(item):
        with lock:
            running.add(item)
            most[0] = max(most[0], len(running))
        time.sleep(0.001 * (7 - item % 7))
        with lock:
            running.discard(item)
        return item * item

    for asked in (1, 2, 3):
        monkeypatch.setenv("CROSSENT_NUM_THREADS", str(asked))
        most[0] = 0
        assert list(threads.in_order(work, range(40))) == [k * k for k in range(40)]
        assert most[0] <= asked


def test_an_error_in_order_is_raised_and_stops_the_rest(monkeypatch):
    monkeypatch.setenv("CROSSENT_NUM_THREADS", "2")
    done = []

    def work(item):
        if item == 5:
            raise ArithmeticError(item)
        done.append(item)
        return item

    with pytest.raises(ArithmeticError):
        list(threads.in_order(work, range(1000)))
    assert len(done) < 20
