"""`python -m benchmarks.run [NAME ...]`: every case beside its peers in one process, written to benchmarks/RESULTS.md.

Rules: the same arrays for all; every library allocates its gradient anew in each call (fresh memory), and crossent's
`out=` and a plain copy are shown beside it; contenders take turns and medians are compared; peers run at their fastest
setting (two threads, torch.compile, jax.jit with 64-bit enabled where the data is float64).
"""

import argparse
import sys
from pathlib import Path

import numpy as np

import crossent as ce

from .cases import CASES, Case
from .timing import machine, medians

RESULTS = Path(__file__).with_name("RESULTS.md")


def own(case: Case, target: np.ndarray, raw: np.ndarray) -> dict:
    loss = ce.Loss(case.family)
    out = np.empty_like(raw)
    return {
        "value": {"crossent": lambda: loss(target, raw)},
        "value+gradient": {
            "crossent": lambda: loss.value_gradient(target, raw),
            "crossent out=": lambda: loss.value_gradient(target, raw, out=out),
            "copy": lambda: np.copyto(np.empty_like(raw), raw),
            "copy out=": lambda: np.copyto(out, raw),
        },
    }


def with_torch(case: Case, target: np.ndarray, raw: np.ndarray) -> dict:
    import torch

    raw_tensor, target_tensor = torch.from_numpy(raw).requires_grad_(), torch.from_numpy(target)
    found: dict = {"value": {}, "value+gradient": {}}
    for name in ("torch eager", "torch.compile"):
        loss = case.torch(torch)
        if name == "torch.compile":
            torch._dynamo.reset()
            loss = torch.compile(loss)

        def value(loss=loss):
            with torch.no_grad():
                return loss(raw_tensor, target_tensor)

        def value_gradient(loss=loss):
            raw_tensor.grad = None
            loss(raw_tensor, target_tensor).backward()

        found["value"][name], found["value+gradient"][name] = value, value_gradient
    return found


def with_jax(case: Case, target: np.ndarray, raw: np.ndarray) -> dict:
    import jax

    raw_array, target_array = jax.numpy.asarray(raw), jax.numpy.asarray(target)
    value, gradient = jax.jit(case.jax(jax)), jax.jit(jax.value_and_grad(case.jax(jax)))
    return {
        "value": {"JAX": lambda: value(raw_array, target_array).block_until_ready()},
        "value+gradient": {"JAX": lambda: jax.block_until_ready(gradient(raw_array, target_array))},
    }


def with_sklearn(case: Case, target: np.ndarray, raw: np.ndarray) -> dict:
    import sklearn._loss as losses

    loss = getattr(losses, case.sklearn)()
    return {
        "value": {"scikit-learn": lambda: loss.loss(y_true=target, raw_prediction=raw, n_threads=2).mean()},
        "value+gradient": {"scikit-learn": lambda: loss.loss_gradient(y_true=target, raw_prediction=raw, n_threads=2)},
    }


def contenders(case: Case, target: np.ndarray, raw: np.ndarray) -> dict:
    found = own(case, target, raw)
    peers = [with_torch(case, target, raw), with_jax(case, target, raw)]
    if case.sklearn:
        peers.append(with_sklearn(case, target, raw))
    if case.scipy:
        peers.append({"value": {}, "value+gradient": {"SciPy": lambda: case.scipy(target, raw)}})
    for peer in peers:
        for quantity, calls in peer.items():
            found[quantity].update(calls)
    return found


def check_agreement(case: Case, calls: dict) -> None:
    """What is timed computes one and the same mean loss, to the digits of float32."""
    values = {name: float(call()) for name, call in calls.items()}
    reference = values["crossent"]
    for name, value in values.items():
        if not abs(value - reference) <= 2e-3 * max(1.0, abs(reference)):
            message = f"{case.name}: {name} computes {value!r}, crossent {reference!r}"
            raise AssertionError(message)


def table(case: Case, times: dict) -> list[str]:
    lines = [f"### {case.name}", "", f"Goal: {case.goal}.", ""]
    lines += ["| quantity | contender | ms | times crossent | times crossent out= |", "|---|---|---|---|---|"]
    for quantity, measured in times.items():
        base, reused = measured["crossent"], measured.get("crossent out=")
        for name, value in measured.items():
            against_reused = f"{value / reused:.2f}" if reused else ""
            lines.append(f"| {quantity} | {name} | {value:.2f} | {value / base:.2f} | {against_reused} |")
    return [*lines, ""]


def small(rows: int = 1000) -> list[str]:
    """A thousand rows: what a call costs."""
    import torch

    torch.set_num_threads(2)
    rng = np.random.default_rng(1)
    target, raw = rng.integers(0, 2, rows).astype(np.float32), rng.normal(0, 2, rows).astype(np.float32)
    loss = ce.Loss("bernoulli")
    raw_tensor, target_tensor = torch.from_numpy(raw).requires_grad_(), torch.from_numpy(target)

    def torch_call():
        raw_tensor.grad = None
        torch.nn.functional.binary_cross_entropy_with_logits(raw_tensor, target_tensor).backward()

    def torch_value():
        with torch.no_grad():
            torch.nn.functional.binary_cross_entropy_with_logits(raw_tensor, target_tensor)

    def repeat(call):
        return lambda: [call() for _ in range(200)]

    calls = {
        "crossent value": lambda: loss(target, raw),
        "torch eager value": torch_value,
        "crossent value+gradient": lambda: loss.value_gradient(target, raw),
        "torch eager value+gradient": torch_call,
    }
    times = medians({name: repeat(call) for name, call in calls.items()}, 21)
    lines = [f"### Bernoulli float32, {rows} rows", "", "| contender | microseconds |", "|---|---|"]
    return [*lines, *(f"| {name} | {value * 1e3 / 200:.1f} |" for name, value in times.items()), ""]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("names", nargs="*", help="only the cases whose name contains one of these words")
    arguments.add_argument("--share", type=float, default=1.0, help="use this share of the rows")
    chosen = arguments.parse_args()
    import jax
    import torch

    jax.config.update("jax_enable_x64", True)
    torch.set_num_threads(2)
    rng = np.random.default_rng(0)
    versions = f"torch {torch.__version__}, JAX {jax.__version__}, NumPy {np.__version__}"
    lines = [
        "# Speed beside the peers",
        "",
        "Made by `make bench`. Milliseconds, medians; the contenders took turns.",
        "",
    ]
    lines += [f"{machine()}; {versions}.", ""]
    for case in CASES:
        if chosen.names and not any(word in case.name for word in chosen.names):
            continue
        target, raw = case.make(rng, chosen.share)
        everybody = contenders(case, target, raw)
        check_agreement(case, everybody["value"])
        times = {quantity: medians(calls, case.rounds) for quantity, calls in everybody.items()}
        made = table(case, times)
        sys.stdout.write("\n".join(made) + "\n")
        sys.stdout.flush()
        lines += made
    made = small()
    sys.stdout.write("\n".join(made) + "\n")
    if not chosen.names and chosen.share == 1.0:
        RESULTS.write_text("\n".join(lines + made))


if __name__ == "__main__":
    main()
