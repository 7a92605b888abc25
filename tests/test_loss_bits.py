"""Same values, same bits: whatever the row order, the partition, the layout, the number of threads or the process."""

import os
import subprocess
import sys

import numpy as np
import pytest

import crossent as ce

N = 200_003
RNG = np.random.default_rng(11)
LOGITS = RNG.normal(0, 20, N)
TARGET = RNG.random(N) < 0.5
WEIGHT = RNG.random(N)


def text(number) -> str:
    return float(number).hex()


@pytest.mark.parametrize("weight", [None, WEIGHT], ids=["plain", "weighted"])
def test_order_and_partition(weight):
    order = RNG.permutation(N)
    shuffled = None if weight is None else weight[order]
    whole = ce.cross_entropy(TARGET, ce.Bernoulli(logits=LOGITS), sample_weight=weight)
    again = ce.cross_entropy(TARGET[order], ce.Bernoulli(logits=LOGITS[order]), sample_weight=shuffled)
    assert text(whole) == text(again)
    parts = np.array_split(order, [1, 17, 1000, 100_000, 100_001])
    tallies = [
        ce.tally(TARGET[i], ce.Bernoulli(logits=LOGITS[i]), sample_weight=None if weight is None else weight[i])
        for i in parts
    ]
    assert text(whole) == text(sum(tallies).mean) == text(sum(reversed(tallies)).mean)


def test_order_in_float32():
    logits, order = LOGITS.astype(np.float32), RNG.permutation(N)
    whole = ce.cross_entropy(TARGET, ce.Bernoulli(logits=logits))
    assert whole.tobytes() == ce.cross_entropy(TARGET[order], ce.Bernoulli(logits=logits[order])).tobytes()


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.float16])
def test_a_row_does_not_depend_on_its_place(dtype):
    logits = LOGITS[:1000].astype(dtype)
    loss = ce.Loss("bernoulli")
    rows, gradient = loss.value_gradient(TARGET[:1000], logits, reduction="none")
    for start, stop in ((0, 1), (3, 11), (500, 1000), (999, 1000)):
        some, its = loss.value_gradient(TARGET[start:stop], logits[start:stop], reduction="none")
        np.testing.assert_array_equal(rows[start:stop], some)
        np.testing.assert_array_equal(gradient[start:stop], its)


def test_rows_of_classes_do_not_depend_on_their_place():
    logits, target = RNG.normal(0, 9, (1000, 11)), RNG.integers(0, 11, 1000)
    loss = ce.Loss("categorical")
    rows, gradient = loss.value_gradient(target, logits, reduction="none")
    order = RNG.permutation(1000)
    some, its = loss.value_gradient(target[order], logits[order], reduction="none")
    np.testing.assert_array_equal(rows[order], some)
    np.testing.assert_array_equal(gradient[order], its)
    assert text(loss(target, logits)) == text(loss(target[order], logits[order]))


SCRIPT = """
import numpy as np, crossent as ce
rng = np.random.default_rng(7)
n = 300_001
logits, target, weight = rng.normal(0, 20, n), rng.random(n) < 0.5, rng.random(n)
loss = ce.Loss("bernoulli")
value, gradient = loss.value_gradient(target, logits, sample_weight=weight)
print(float(value).hex(), float(gradient.sum()).hex(), float(loss(target, logits.astype("f4"))).hex())
print(ce.tally(target, ce.Bernoulli(logits=logits), sample_weight=weight).sum.hex())
classes = rng.normal(0, 5, (60_000, 10))
print(float(ce.Loss("categorical")(rng.integers(0, 10, 60_000), classes)).hex())
"""


def test_the_number_of_threads():
    answers = set()
    for threads in (1, 2, 3):
        environment = os.environ | {"CROSSENT_NUM_THREADS": str(threads)}
        run = subprocess.run(
            [sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, check=True
        )
        answers.add(run.stdout)
    assert len(answers) == 1
    assert answers.pop().count("\n") == 3
