"""Memory and time of `crossent score` on a large Parquet file, beside merely reading the same columns.

    python benchmarks/score_memory.py [--rows 50000000] [--repeats 3]

Makes the file in a temporary folder, a piece at a time; runs each job in a process of its own, and writes the table to
benchmarks/SCORE.md. Time is that of the job without the start of Python and its imports, which are shown beside it.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
PIECE = 1_000_000

READ = """
from crossent.data import open_source
with open_source([path]) as source:
    rows = sum(batch.height for batch in source.batches(columns))
"""
SCORE = """
from crossent.scoring import score_files
rows = score_files([path], **options).n
"""
JOB = """
import json, os, resource, sys, time
path, columns, options, small, body = json.loads(sys.argv[1])
compiled = compile(body, "job", "exec")
exec(compiled, {"path": small, "columns": columns, "options": options})   # imports, compiled kernels
made = {"path": path, "columns": columns, "options": options}
used, started = time.process_time(), time.perf_counter()
exec(compiled, made)
seconds, used = time.perf_counter() - started, time.process_time() - used
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2)
print(json.dumps({"rows": made["rows"], "seconds": seconds, "cpu": used, "peak": peak}))
"""
CASES = {
    "binary, --probs": (["y", "p"], {"target": "y", "probs": "p"}),
    "binary, --probs, --weight": (["y", "p", "w"], {"target": "y", "probs": "p", "weight": "w"}),
    "binary, text labels": (["label", "p"], {"target": "label", "probs": "p", "positive": "a"}),
}


def make(path: Path, rows: int) -> None:
    """The file, in pieces, so that making it needs no memory either."""
    import numpy as np
    import polars as pl
    from polars.io.plugins import register_io_source

    schema = {"y": pl.Int8, "p": pl.Float64, "w": pl.Float64, "label": pl.String}

    def pieces(with_columns, predicate, n_rows, batch_size):
        rng = np.random.default_rng(0)
        for start in range(0, rows, PIECE):
            n = min(PIECE, rows - start)
            p = 1 / (1 + np.exp(-rng.normal(0, 2, n)))
            y = rng.random(n) < p
            columns = {"y": y.astype(np.int8), "p": p, "w": rng.gamma(1, 1, n), "label": np.where(y, "a", "b")}
            yield pl.DataFrame(columns, schema=schema)

    register_io_source(io_source=pieces, schema=schema).sink_parquet(path, row_group_size=500_000)


def run(body: str, path: Path, small: Path, columns: list[str], options: dict[str, str]) -> dict[str, float]:
    """One job in a process of its own."""
    given = json.dumps([str(path), columns, options, str(small), body])
    done = subprocess.run([sys.executable, "-c", JOB, given], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def table(rows: int, repeats: int) -> str:
    """Medians of the jobs, as Markdown."""
    lines = [
        "| scored | read, s | score, s | ratio | read, CPU s | score, CPU s | peak MB, reading | peak MB, scoring |",
        "|---|---|---|---|---|---|---|---|",
    ]
    with tempfile.TemporaryDirectory(prefix="crossent-benchmark-") as folder:
        path, small = Path(folder) / "large.parquet", Path(folder) / "small.parquet"
        make(path, rows)
        make(small, 1000)
        for name, (columns, options) in CASES.items():
            pairs = [[run(body, path, small, columns, options) for body in (READ, SCORE)] for _ in range(repeats)]
            assert all(job["rows"] == rows for pair in pairs for job in pair)
            read, score = ({k: statistics.median(pair[i][k] for pair in pairs) for k in pairs[0][0]} for i in (0, 1))
            lines.append(
                f"| {name} | {read['seconds']:.2f} | {score['seconds']:.2f} | {score['seconds'] / read['seconds']:.2f} "
                f"| {read['cpu']:.2f} | {score['cpu']:.2f} | {read['peak']:.0f} | {score['peak']:.0f} |"
            )
            print(lines[-1], flush=True)
    return "\n".join(lines)


def main() -> None:
    """Measure, print, and write benchmarks/SCORE.md."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=50_000_000)
    parser.add_argument("--repeats", type=int, default=3)
    given = parser.parse_args()
    measured = table(given.rows, given.repeats)
    (HERE / "SCORE.md").write_text(
        f"# `crossent score` on {given.rows:,} rows of Parquet\n\n"
        f"`python benchmarks/score_memory.py --rows {given.rows} --repeats {given.repeats}`; medians; "
        f"{platform.machine()}, Python {platform.python_version()}, {__import__('os').cpu_count()} processors. "
        "Reading: the same columns, streamed in the same batches and dropped. Times without start and imports; "
        "peak resident memory of the whole process.\n\n" + measured + "\n"
    )


if __name__ == "__main__":
    main()
