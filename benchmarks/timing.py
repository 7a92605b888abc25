"""One way of timing for everybody: the contenders take turns, the median of each is kept."""

import os
import platform
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

Contender = Callable[[], object]


def medians(contenders: dict[str, Contender], rounds: int, budget: float = 20.0) -> dict[str, float]:
    """Milliseconds per call: A B C A B C ..., so that a slow minute of the machine falls on all alike."""
    for call in contenders.values():
        call()
        call()
    times: dict[str, list[float]] = {name: [] for name in contenders}
    end = time.perf_counter() + budget * len(contenders)
    for _ in range(rounds):
        for name, call in contenders.items():
            start = time.perf_counter()
            call()
            times[name].append(time.perf_counter() - start)
        if time.perf_counter() > end and len(times[name]) >= 5:
            break
    return {name: median(values) * 1e3 for name, values in times.items()}


def machine() -> str:
    """Processor and core count, as the operating system names them."""
    model = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [
            line.split(":", 1)[1].strip() for line in info.read_text().splitlines() if line.startswith("model name")
        ]
        model = names[0] if names else model
    return f"{model}, {os.cpu_count()} cores, Python {platform.python_version()}"
