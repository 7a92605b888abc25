"""The main job on real data: why binary cross-entropy is cross-entropy, and how good four models are.

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
SENTENCE = (
    "Binary cross-entropy is cross-entropy with two classes: both charge -log of the probability\n"
    "that was given to what happened, and Bernoulli and two-class Categorical give it the same one."
)
COMMANDS = (
    ("breast_cancer.csv", "diagnosis", ("--probs", "logistic", "--positive", "malignant")),
    ("breast_cancer.csv", "diagnosis", ("--probs", "forest", "--positive", "malignant")),
    ("digits.parquet", "digit", ("--probs", "logistic_*")),
    ("digits.parquet", "digit", ("--probs", "neighbours_*")),
)


def binary_and_general() -> tuple[float, float]:
    """The same predictions of the same tumours, scored as yes or no and as one of two classes."""
    table = pl.read_parquet(HERE / "breast_cancer.parquet")
    malignant = (table["diagnosis"] == "malignant").to_numpy()
    p = table["logistic"].to_numpy()
    binary = ce.cross_entropy(malignant, ce.Bernoulli(probs=p))
    general = ce.cross_entropy(malignant.astype(int), ce.Categorical(probs=np.stack([1 - p, p], axis=1)))
    return float(binary), float(general)


def demo() -> int:
    """Print all of it; the exit code of the last score."""
    binary, general = binary_and_general()
    print(SENTENCE)
    print(f"  as Bernoulli             {binary!r} nats a tumour")
    print(f"  as two-class Categorical {general!r} nats a tumour")
    code = 0
    for name, target, options in COMMANDS:
        print(f"\n$ crossent score examples/{name} --target {target} {' '.join(options)}")
        code = max(code, main(["score", relpath(HERE / name), "--target", target, *options]))
    return code


if __name__ == "__main__":
    sys.exit(demo())
