"""`python -m benchmarks.categorical`: the kernels over classes beside torch and JAX, the same arrays, taking turns.

A quick look at one family, without the loss layer; `python -m benchmarks.run` is the full comparison.
"""

import numpy as np

from crossent.families.categorical import classes as formulas
from crossent.kernels.classes import evaluate_classes

from .cases import CASES
from .run import with_jax, with_torch
from .timing import medians


def own(target: np.ndarray, logits: np.ndarray) -> dict:
    room = np.empty_like(logits)

    def gradient(**where):
        return lambda: evaluate_classes(formulas, target, logits, quantity="gradient", mean=True, **where)

    return {
        "value": {"crossent": lambda: evaluate_classes(formulas, target, logits)},
        "value+gradient": {"crossent": gradient(), "crossent out=": gradient(out=room)},
    }


def main(rounds: int = 9) -> None:
    for case in (case for case in CASES if case.family == "categorical"):
        target, logits = case.make(np.random.default_rng(0), 1.0)
        mine, torch, jax = own(target, logits), with_torch(case, target, logits), with_jax(case, target, logits)
        for quantity in ("value", "value+gradient"):
            found = medians(mine[quantity] | torch[quantity] | jax[quantity], rounds)
            best = min(time for name, time in found.items() if not name.startswith("crossent"))
            times = ", ".join(f"{name} {time:.1f}" for name, time in found.items())
            ratios = [f"{best / time:.2f}" for name, time in found.items() if name.startswith("crossent")]
            print(f"{case.name}, {quantity}: {times} ms; best peer / crossent: {', '.join(ratios)}", flush=True)


if __name__ == "__main__":
    main()
