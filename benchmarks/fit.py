"""`python -m benchmarks.fit [NAME ...]`: maximum-likelihood fits beside the peers, written to benchmarks/FIT.md.

Equal accuracy: the largest |gradient| / n, evaluated by us at each solution (intercept and, where it is learned, the
concentration included), is at most 1e-9; every peer runs at the loosest tolerance 10^-k that reaches it. What reaches
1e-6 is shown beside. All fit the same arrays in one process with their own default threads; the contenders take turns
and medians are compared. A peer that took longer than ten times the fastest one is timed once, in the search.
`fit` computes standard errors, tests and the verdict on separation as well; of the peers only statsmodels has errors.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from statistics import median

import numpy as np

from .fit_cases import CASES, Case, gradient
from .fit_peers import Peer, peers
from .timing import machine

RESULTS = Path(__file__).with_name("FIT.md")
GOALS = (1e-9, 1e-6)
PACE = 5  # iterations of the run that tells how long one takes
FIRST = 6  # the place in the ladder of tolerances that is tried first: 1e-8


@dataclass
class Run:
    """A run: how long it took, and where it ended."""

    tolerance: float
    seconds: float
    gradient: float


def own(case: Case, target: np.ndarray, design: np.ndarray) -> Peer:
    """`fit` as a user calls it: it has one tolerance."""
    import crossent as ce

    fixed = {"fixed": {"concentration": case.concentration}} if case.concentration else {}

    def solve(tolerance: float, most: int) -> np.ndarray:
        found = np.array([c.estimate for c in ce.fit(case.family, target, design, **fixed).parameters])
        if case.family == "categorical":
            slopes = found.reshape(case.classes - 1, -1)
            return np.vstack([np.zeros(slopes.shape[1]), slopes])
        return np.append(found[:-1], np.log(found[-1])) if case.learned else found

    return Peer("crossent", solve, ladder=(1e-9,))


def timed(peer: Peer, tolerance: float, most: int, case: Case, target: np.ndarray, design: np.ndarray) -> Run:
    began = time.perf_counter()
    solution = peer.solve(tolerance, most)
    seconds = time.perf_counter() - began
    return Run(tolerance, seconds, gradient(case, target, design, solution))


def search(peer: Peer, case: Case, target: np.ndarray, design: np.ndarray) -> tuple[dict[float, Run], str, int]:
    """The loosest tolerance for each goal, or why there is none; and how many iterations fit into the limit."""
    began = time.perf_counter()
    peer.solve(1e-1, PACE)
    pace = (time.perf_counter() - began) / PACE
    most = max(PACE, min(peer.most, int(case.limit / pace)))
    runs: dict[int, Run] = {}
    found: dict[float, Run] = {}
    for goal in sorted(GOALS):
        low, high = -1, len(peer.ladder)  # places in the ladder: this one misses the goal, that one reaches it
        while high - low > 1:
            place = min((low + high) // 2, FIRST) if high == len(peer.ladder) and low < 0 else (low + high) // 2
            if place not in runs:
                runs[place] = timed(peer, peer.ladder[place], most, case, target, design)
            run = runs[place]
            if run.gradient <= goal:
                high = place
            elif run.seconds > 0.8 * case.limit:
                break
            else:
                low = place
        reached = [place for place, run in runs.items() if run.gradient <= goal]
        if reached:
            found[goal] = runs[max(reached, key=lambda place: peer.ladder[place])]
    if min(GOALS) in found:
        return found, "", most
    best = min(runs.values(), key=lambda run: run.gradient)
    slow = max(run.seconds for run in runs.values()) > 0.8 * case.limit
    return found, f"{f'not within {case.limit:g} s' if slow else 'at no tolerance'}: {best.gradient:.1e}", most


def compare(case: Case, share: float, without_own: bool) -> list[str]:
    """A case's table."""
    target, design = case.make(share)
    everybody = [] if without_own else [own(case, target, design)]
    everybody += [peer for peer in peers(case, target, design) if peer.name not in case.skip]
    results, reasons, limits = {}, {}, {}
    for peer in everybody:
        results[peer.name], reasons[peer.name], limits[peer.name] = search(peer, case, target, design)
        shown = {goal: f"{run.seconds:.3f} s at {run.tolerance:g}" for goal, run in results[peer.name].items()}
        sys.stdout.write(f"  {peer.name}: {shown} {reasons[peer.name]}\n")
        sys.stdout.flush()
    times = repeated(case, everybody, results, limits)
    return table(case, results, reasons, times)


def repeated(case: Case, everybody: list[Peer], results: dict, limits: dict) -> dict[tuple[str, float], list[float]]:
    """More runs of whoever is not hopeless, in turns."""
    times = {(name, goal): [run.seconds] for name, runs in results.items() for goal, run in runs.items()}
    fastest = {
        goal: min((t[0] for (n, g), t in times.items() if g == goal and n != "crossent"), default=0) for goal in GOALS
    }
    contenders = {(p.name, goal): p for p in everybody for goal in results[p.name]}
    contenders.pop(("crossent", max(GOALS)), None)  # the same run
    chosen = [key for key in contenders if key[0] == "crossent" or times[key][0] <= 10 * fastest[key[1]]]
    for key in chosen:
        times[key] = []
    for _ in range(case.rounds):
        for name, goal in chosen:
            began = time.perf_counter()
            contenders[name, goal].solve(results[name][goal].tolerance, limits[name])
            times[name, goal].append(time.perf_counter() - began)
    return times


def table(case: Case, results: dict, reasons: dict, times: dict) -> list[str]:
    """Markdown: of a peer's two memory orders the faster one."""
    if ("crossent", min(GOALS)) in times:
        times["crossent", max(GOALS)] = times["crossent", min(GOALS)]
    middle = {key: median(values) for key, values in times.items()}
    ours = middle.get(("crossent", GOALS[0]))
    lines = [f"### {case.name}", "", f"Goal: {case.goal}.", ""]
    lines += [
        "| contender | seconds at 1e-9 | times crossent | tolerance | gradient | seconds at 1e-6 | tolerance | runs |"
    ]
    lines += ["|---|---|---|---|---|---|---|---|"]
    for name in faster(results, middle):
        strict, loose = ((results[name].get(goal), middle.get((name, goal))) for goal in GOALS)
        cells = [reasons[name], "", "", ""]
        if strict[0]:
            ratio = f"{strict[1] / ours:.2f}" if ours else ""
            cells = [f"{strict[1]:.4g}", ratio, f"{strict[0].tolerance:g}", f"{strict[0].gradient:.1e}"]
        cells += [f"{loose[1]:.4g}", f"{loose[0].tolerance:g}"] if loose[0] else ["", ""]
        runs = len(times.get((name, GOALS[0]), times.get((name, GOALS[1]), [])))
        lines.append(f"| {name} | {' | '.join(cells)} | {runs or 1} |")
    return [*lines, ""]


def faster(results: dict, middle: dict) -> list[str]:
    """One name for each solver: rows or columns, whichever took less time."""
    kept: dict[str, str] = {}
    for name in results:
        solver = name.removesuffix(", rows").removesuffix(", columns")
        seconds = [middle.get((n, g), np.inf) for n in (name, kept.get(solver, name)) for g in GOALS]
        if solver not in kept or tuple(seconds[:2]) < tuple(seconds[2:]):
            kept[solver] = name
    return list(kept.values())


def linear_in_rows(share: float) -> list[str]:
    """Ten times the rows: time per iteration."""
    import crossent as ce

    case = Case("linear", "bernoulli", 2_000_000, 20, "")
    target, design = case.make(share)
    tenth = len(target) // 10
    measured = []
    for _ in range(5):
        pair = []
        for rows in (tenth, 10 * tenth):
            began = time.perf_counter()
            result = ce.fit("bernoulli", target[:rows], design[:rows])
            pair.append((time.perf_counter() - began) / result.iterations)
        measured.append(pair)
    few, many = (median(pair[i] for pair in measured) for i in (0, 1))
    lines = ["### Ten times the rows", "", "Goal: at most 10.5 times the time per iteration. Logistic, 20 columns.", ""]
    lines += ["| rows | ms per iteration |", "|---|---|", f"| {tenth:,} | {few * 1e3:.2f} |"]
    return [*lines, f"| {10 * tenth:,} | {many * 1e3:.2f} |", "", f"Ratio: {many / few:.2f}.", ""]


def threads() -> str:
    from threadpoolctl import threadpool_info

    found = {f"{pool['internal_api']} {pool['num_threads']}" for pool in threadpool_info()}
    return "threads: " + ", ".join(sorted(found))


def main() -> None:
    """Measure, print, and write benchmarks/FIT.md."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("names", nargs="*", help="only the cases whose name contains one of these words")
    arguments.add_argument("--quick", action="store_true", help="a hundredth of the rows, nothing is written")
    arguments.add_argument("--peers", action="store_true", help="without crossent, and nothing is written")
    given = arguments.parse_args()
    share = 0.01 if given.quick else 1.0
    packages = ("crossent", "scikit-learn", "glum", "tabmat", "statsmodels", "numpy", "scipy")
    made: list[str] = []
    for case in CASES:
        if given.names and not any(word in case.name for word in given.names):
            continue
        sys.stdout.write(f"{case.name}\n")
        lines = compare(replace(case, limit=2.0, rounds=3) if given.quick else case, share, given.peers)
        sys.stdout.write("\n".join(lines) + "\n")
        sys.stdout.flush()
        made += lines
    if not given.names and not given.peers:
        made += linear_in_rows(share)
        sys.stdout.write("\n".join(made[-8:]) + "\n")
    head = [
        "# `fit` beside the peers",
        "",
        "Made by `python -m benchmarks.fit`.",
        "",
        __doc__.split("\n\n", 1)[1].strip(),
        "",
    ]
    head += [f"{machine()}; {threads()}; {', '.join(f'{p} {version(p)}' for p in packages)}.", ""]
    if not (given.names or given.quick or given.peers):
        RESULTS.write_text("\n".join(head + made))
    sys.stdout.write("\n".join(head) + "\n")


if __name__ == "__main__":
    main()
