"""The question and its answer, the same answer on real data, how good four models are, and whether rows may be
believed to be independent.

python examples/demo.py
"""

from __future__ import annotations

import sys
from os.path import relpath
from pathlib import Path

import numpy as np
import polars as pl

import crossent as ce
from crossent.cli import main

HERE = Path(__file__).resolve().parent
QUESTION = "Why is the cross-entropy formula different from the binary cross-entropy formula? It is not:"
SENTENCE = (
    "Both charge -log of the probability that was given to what happened. On real data,\n"
    "569 tumours and a model's probability that each is malignant:"
)
COMMANDS = (
    ("breast_cancer.csv", "diagnosis", ("--probs", "logistic", "--positive", "malignant")),
    ("breast_cancer.csv", "diagnosis", ("--probs", "forest", "--positive", "malignant")),
    ("digits.parquet", "digit", ("--probs", "logistic_*")),
    ("digits.parquet", "digit", ("--probs", "neighbours_*")),
)
BELIEVE = "May I believe it? The yearly flow of the Nile, 1871 to 1970: a hundred rows, but how many independent ones?"
BELIEVED = (("iid", ("--time", "year")),)


def binary_and_general() -> tuple[float, float]:
    """The same predictions of the same tumours, scored as yes or no and as one of two classes."""
    table = pl.read_parquet(HERE / "breast_cancer.parquet")
    malignant = (table["diagnosis"] == "malignant").to_numpy()
    p = table["logistic"].to_numpy()
    binary = ce.cross_entropy(malignant, ce.Bernoulli(probs=p))
    general = ce.cross_entropy(malignant.astype(int), ce.Categorical(probs=np.stack([1 - p, p], axis=1)))
    return float(binary), float(general)


def demo() -> int:
    """Print all of it; the largest exit code."""
    print(f"{QUESTION}\n\n$ crossent prove bce ce")
    code = main(["prove", "bce", "ce", "--expect", "equal"])
    binary, general = binary_and_general()
    print(f"\n{SENTENCE}")
    print(f"  as Bernoulli             {binary!r} nats a tumour")
    print(f"  as two-class Categorical {general!r} nats a tumour")
    for name, target, options in COMMANDS:
        print(f"\n$ crossent score examples/{name} --target {target} {' '.join(options)}")
        code = max(code, main(["score", relpath(HERE / name), "--target", target, *options]))
    print(f"\n{BELIEVE}")
    for command, options in BELIEVED:
        print(f"\n$ crossent {command} examples/nile.csv --target volume {' '.join(options)}")
        code = max(code, main([command, relpath(HERE / "nile.csv"), "--target", "volume", *options]))
    return code


if __name__ == "__main__":
    sys.exit(demo())
