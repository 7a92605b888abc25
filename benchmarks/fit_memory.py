"""A logistic fit of a large Parquet file in bounded memory, beside the same fit of arrays in memory.

    python benchmarks/fit_memory.py [--rows 20000000] [--repeats 3] [--quick]

Makes the file in a temporary folder, a piece at a time; runs each job in a process of its own, and writes the table to
benchmarks/FIT_MEMORY.md. Time is that of the fit: without the start of Python and its imports and, in memory, without
reading the file into the array, which is shown beside it. `--quick`: a hundredth of the rows, and nothing is written.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
PIECE = 500_000
COLUMNS = 20
MEMORY = 1 << 28  # bytes that a table may take; what is larger is read anew for each step

STREAMED = """
from crossent.fitting.files import fit_files
read = 0.0
started = time.perf_counter()
found = fit_files([path], "y", features=features, memory=memory)
seconds = time.perf_counter() - started
"""
IN_MEMORY = """
import numpy, polars
import crossent as ce
started = time.perf_counter()
target = polars.read_parquet(path, columns=["y"])["y"].to_numpy().astype(numpy.float64)
design = numpy.empty((len(target), len(features)))
for i, name in enumerate(features):
    design[:, i] = polars.read_parquet(path, columns=[name])[name].to_numpy()
read = time.perf_counter() - started
started = time.perf_counter()
found = ce.fit("bernoulli", target, design)
seconds = time.perf_counter() - started
"""
JOB = """
import json, resource, sys, time
path, small, features, memory, body = json.loads(sys.argv[1])
compiled = compile(body, "job", "exec")
exec(compiled, {"path": small, "features": features, "memory": memory, "time": time})  # imports, compiled kernels
made = {"path": path, "features": features, "memory": memory, "time": time}
exec(compiled, made)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2)
found = made["found"]
print(json.dumps({
    "seconds": made["seconds"], "read": made["read"], "peak": peak, "rows": found.n, "iterations": found.iterations,
    "estimates": [c.estimate for c in found.parameters], "errors": [c.standard_error for c in found.parameters],
    "step": found.certificate.step,
}))
"""
JOBS = {"arrays in memory": IN_MEMORY, "Parquet, read anew for each step": STREAMED}


def features() -> list[str]:
    return [f"x{i + 1}" for i in range(COLUMNS)]


def make(path: Path, rows: int) -> None:
    """The file, in pieces, so that making it needs no memory either."""
    import numpy as np
    import polars as pl
    from polars.io.plugins import register_io_source

    schema = {"y": pl.Int8, **dict.fromkeys(features(), pl.Float64)}

    def pieces(with_columns, predicate, n_rows, batch_size):
        rng = np.random.default_rng(0)
        scales = 10 ** np.linspace(-0.7, 0.7, COLUMNS)
        slopes = rng.normal(0, 0.2, COLUMNS) / scales
        for start in range(0, rows, PIECE):
            n = min(PIECE, rows - start)
            design = (rng.standard_normal((n, COLUMNS)) + 0.7 * rng.standard_normal((n, 1))) * scales
            y = rng.random(n) < 1 / (1 + np.exp(0.5 - design @ slopes))
            columns = {name: design[:, i] for i, name in enumerate(features())}
            yield pl.DataFrame({"y": y.astype(np.int8), **columns}, schema=schema)

    register_io_source(io_source=pieces, schema=schema).sink_parquet(path, row_group_size=PIECE)


def run(body: str, path: Path, small: Path, memory: int) -> dict:
    """One job in a process of its own."""
    given = json.dumps([str(path), str(small), features(), memory, body])
    done = subprocess.run([sys.executable, "-c", JOB, given], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.stderr.write(done.stderr)
        raise SystemExit(done.returncode)
    return json.loads(done.stdout)


def measure(rows: int, repeats: int) -> dict[str, dict]:
    """Medians of the jobs, which take turns."""
    with tempfile.TemporaryDirectory(prefix="crossent-benchmark-") as folder:
        path, small = Path(folder) / "large.parquet", Path(folder) / "small.parquet"
        make(path, rows)
        make(small, 20_000)
        memory = min(MEMORY, rows * 8 * COLUMNS // 4)  # however few rows, they are read anew
        runs = [{name: run(body, path, small, memory) for name, body in JOBS.items()} for _ in range(repeats)]
    for turn in runs:
        first, second = (turn[name] for name in JOBS)
        assert first["rows"] == second["rows"] == rows
        left = first["step"] + second["step"] + 1e-12  # what the certificates allow, in standard errors
        for one, other, error in zip(first["estimates"], second["estimates"], first["errors"], strict=True):
            assert abs(one - other) <= left * error
    middle = {}
    for name in JOBS:
        middle[name] = dict(runs[0][name])
        for key in ("seconds", "read", "peak"):
            middle[name][key] = statistics.median(turn[name][key] for turn in runs)
    return middle


def table(measured: dict[str, dict]) -> str:
    base = measured["arrays in memory"]["seconds"]
    lines = [
        "| data | fit, s | times in memory | reading before, s | peak MB | iterations |",
        "|---|---|---|---|---|---|",
    ]
    for name, job in measured.items():
        read = f"{job['read']:.1f}" if job["read"] else ""
        lines.append(
            f"| {name} | {job['seconds']:.2f} | {job['seconds'] / base:.2f} | {read} | {job['peak']:.0f} "
            f"| {job['iterations']} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Measure, print, and write benchmarks/FIT_MEMORY.md."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=20_000_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--quick", action="store_true")
    given = parser.parse_args()
    rows = given.rows // 100 if given.quick else given.rows
    measured = table(measure(rows, given.repeats))
    sys.stdout.write(measured + "\n")
    if not given.quick:
        machine = f"{platform.machine()}, Python {platform.python_version()}, {os.cpu_count()} processors"
        (HERE / "FIT_MEMORY.md").write_text(
            f"# A logistic fit of {rows:,} rows and {COLUMNS} columns of Parquet\n\n"
            f"`python benchmarks/fit_memory.py --rows {rows} --repeats {given.repeats}`; medians; {machine}. "
            "Goal: under 1 GB of memory, at most 3 "
            "times the time of the same fit in memory. Times without start and imports; peak resident memory of the "
            f"whole process; a table of more than {MEMORY >> 20} MB is read anew for each step. The estimates agree "
            f"within their certificates.\n\n{measured}\n"
        )


if __name__ == "__main__":
    main()
