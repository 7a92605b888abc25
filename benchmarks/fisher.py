"""Fisher's exact test against R's `fisher.test` and SciPy: times, digits, and tables on which R gives up.

    python benchmarks/fisher.py [--rounds 5] [--r Rscript]

Each program does the same list of tables in one process and times each call itself, after one call that does not count;
programs take turns. "Right" is computed in whole numbers where that takes seconds, else left open. R has its default
workspace, and a second go with 2e8. SciPy's test of tables larger than 2 x 2 draws random tables. Writes
benchmarks/FISHER.md.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from timing import machine

HERE = Path(__file__).resolve().parent
TABLES = {
    "2 x 2, n = 30": [[10, 2], [3, 15]],
    "2 x 2, n = 1,405": [[345, 455], [260, 345]],
    "2 x 2, n = 9,322,038": [[4155, 4903], [805463, 8507517]],
    "3 x 4, n = 27": [[3, 1, 0, 4], [0, 5, 2, 1], [6, 0, 3, 2]],
    "3 x 3, n = 64": [[8, 1, 12], [2, 7, 13], [10, 2, 9]],
    "4 x 5, n = 33": [[2, 0, 1, 2, 6], [1, 3, 1, 1, 1], [1, 0, 3, 1, 0], [1, 2, 1, 2, 0]],
    "6 x 6, n = 24": [
        [2, 0, 1, 0, 1, 0], [0, 2, 0, 1, 0, 1], [1, 0, 0, 2, 0, 1], [0, 1, 2, 0, 1, 0], [1, 0, 0, 1, 2, 0],
        [0, 1, 1, 0, 0, 2],
    ],
    "3 x 8, n = 56": [[2, 3, 1, 2, 6, 1, 2, 4], [4, 0, 5, 2, 1, 3, 0, 0], [5, 2, 0, 3, 1, 0, 1, 2]],
    "3 x 7, n = 81": [[8, 3, 5, 2, 6, 1, 2], [4, 7, 5, 9, 1, 3, 0], [5, 2, 7, 3, 9, 0, 1]],
    "4 x 5, n = 102": [[8, 3, 5, 2, 6], [4, 7, 5, 9, 1], [5, 2, 7, 3, 9], [6, 5, 3, 3, 9]],
    "5 x 5, n = 75": [[5, 1, 4, 2, 3], [1, 6, 2, 3, 2], [2, 3, 4, 1, 5], [4, 2, 1, 6, 2], [3, 2, 5, 2, 4]],
}  # fmt: skip

OWN = """
import json, sys, time
import crossent as ce
for table in json.loads(sys.stdin.read()):
    ce.fisher_exact(table)
    start = time.perf_counter()
    try:
        answer = repr(ce.fisher_exact(table).p_value)
    except ce.errors.NoAnswerError as error:
        answer = "refused: " + error.message
    print(json.dumps([answer, time.perf_counter() - start]), flush=True)
"""
SCIPY = """
import json, sys, time
from scipy.stats import fisher_exact
for table in json.loads(sys.stdin.read()):
    try:
        fisher_exact(table)
        start = time.perf_counter()
        answer = repr(float(fisher_exact(table).pvalue))
    except Exception as error:
        start, answer = time.perf_counter(), "error: " + str(error)[:60]
    print(json.dumps([answer, time.perf_counter() - start]), flush=True)
"""
R = """
tables <- list(%s)
for (t in tables) {
  go <- function() tryCatch(format(fisher.test(t, workspace = %s, conf.int = TRUE)$p.value, digits = 17),
                            error = function(e) paste("error:", gsub("[\\n\\"]", " ", conditionMessage(e))))
  go(); start <- Sys.time(); p <- go()
  cat(sprintf('["%%s", %%.9f]\\n', p, as.numeric(Sys.time() - start, units = "secs")))
}
"""


def r_matrix(table: list[list[int]]) -> str:
    cells = ",".join(str(cell) for row in table for cell in row)
    return f"matrix(c({cells}), nrow = {len(table)}, byrow = TRUE)"


def python_run(code: str) -> list[list]:
    given = json.dumps(list(TABLES.values()))
    done = subprocess.run([sys.executable, "-c", code], input=given, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def r_run(program: str, workspace: str) -> list[list]:
    with tempfile.NamedTemporaryFile("w", suffix=".R") as script:
        script.write(R % (", ".join(map(r_matrix, TABLES.values())), workspace))
        script.flush()
        done = subprocess.run([program, script.name], capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def right(table: list[list[int]]) -> float | None:
    """In whole numbers of Python, where that is a matter of seconds."""
    from crossent.independence.contingency import hypergeometric, integers
    from crossent.independence.contingency.tables import read_table

    read = read_table(table)
    if read.shape == (2, 2):
        return hypergeometric.p_value(read, "two-sided", False)[0]
    if integers.count_of_tables(read.rows, read.columns, 1e6)[0] > 1e6:
        return None
    at_most, _, everything = integers.tail(read)
    return at_most / everything


def shown(answer: str, seconds: float, exact: float | None) -> str:
    if answer.startswith(("error", "refused")):
        return answer[:60]
    p, time_shown = float(answer), f"{seconds * 1e3:,.2f} ms" if seconds < 1 else f"{seconds:,.2f} s"
    if exact is None or exact == 0:
        return f"{time_shown}, p = {p:.15g}"
    return f"{time_shown}, off by {abs(p / exact - 1):.0e}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--r", default=shutil.which("Rscript"))
    options = parser.parse_args()
    programs = {"crossent": lambda: python_run(OWN), "SciPy": lambda: python_run(SCIPY)}
    if options.r:
        programs |= {"R": lambda: r_run(options.r, "200000"), "R, workspace 2e8": lambda: r_run(options.r, "2e8")}
    runs: dict[str, list] = {name: [] for name in programs}
    for _ in range(options.rounds):
        for name, run in programs.items():
            runs[name].append(run())
            print(name, file=sys.stderr, flush=True)
    lines = [
        "# Fisher's exact test", "", *(__doc__ or "").splitlines()[2:], "",
        f"{machine()}; median of {options.rounds} rounds.", "",
        "| table | " + " | ".join(programs) + " |", "|---" * (len(programs) + 1) + "|",
    ]  # fmt: skip
    for i, (label, table) in enumerate(TABLES.items()):
        exact = right(table)
        cells = [
            shown(runs[name][0][i][0], statistics.median(run[i][1] for run in runs[name]), exact) for name in programs
        ]
        lines.append(f"| {label} | " + " | ".join(cells) + " |")
    (HERE / "FISHER.md").write_text("\n".join(lines) + "\n")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
