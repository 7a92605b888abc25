"""A formula bound to a grade: what is replaced, what comes out, and the machine code of it."""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys

import numpy as np
import pytest
from llvmlite import binding
from numba import njit

from crossent.vocabulary import HALF_LOG_TWO_PI, exp, log, sigmoid_residual, softplus, softplus_mixture, where
from crossent.vocabulary import log1p as logarithm_of_one_more
from crossent.vocabulary.compiled import DOUBLE, NATIVE, SINGLE
from crossent.vocabulary.compiled.bind import bind
from crossent.vocabulary.compiled.intrinsics import wide_vectors
from crossent.vocabulary.native import native_capable

WIDE = binding.get_host_cpu_features().get("avx512f", False)


def helper(x):
    return exp(x) + HALF_LOG_TWO_PI


def formula(y, x):
    return where(y > 0, helper(x), logarithm_of_one_more(x)) - y


def value(y, x):
    return softplus_mixture(y, x)


def gradient(y, x):
    return (sigmoid_residual(y, x),)


def with_arithmetic(y, x):
    return softplus(x) - y * x


def flipped(x):
    return softplus(-x)


def calls_another(y, x):
    return value(y, x)


def not_native(x):
    return log(x)


def test_names_helpers_aliases_and_constants_are_bound() -> None:
    for grade, digits in ((DOUBLE, 1e-12), (SINGLE, 2.0**-33)):
        bound = bind(formula, grade)
        assert bound(1.0, 0.5) == pytest.approx(formula(1.0, 0.5), rel=digits)
        assert bound(-1.0, 0.5) == pytest.approx(formula(-1.0, 0.5), rel=1e-12)
        assert bind(formula, grade) is bound
    assert bind(exp, DOUBLE) is DOUBLE["exp"]
    assert bind(DOUBLE["exp"], SINGLE) is DOUBLE["exp"]


def test_formulas_of_closures_are_bound() -> None:
    def outer(function):
        constant = HALF_LOG_TWO_PI

        def inner(x):
            return function(x) + constant

        return inner

    bound = bind(outer(exp), DOUBLE)
    assert bound(0.5) == DOUBLE["exp"](0.5) + HALF_LOG_TWO_PI.value


def test_native_capable() -> None:
    assert [native_capable(f) for f in (value, gradient, flipped, calls_another, softplus)] == [True] * 5
    assert [native_capable(f) for f in (with_arithmetic, formula, not_native, helper, log, np.exp)] == [False] * 6


def test_native_stays_in_float32() -> None:
    compiled = bind(value, NATIVE)
    compiled(np.float32(0), np.float32(1))
    assert [str(signature.return_type) for signature in compiled.nopython_signatures] == ["float32"]


def loop_of(first, second):
    @njit(error_model="numpy")
    def loop(y, x, values, gradients):
        wide_vectors()
        for i in range(x.shape[0]):
            a, b = first(y[i], x[i]), second(y[i], x[i])
            values[i] = a
            gradients[i] = b

    return loop


@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="looks for the names of x86 instructions")
def test_machine_code_of_the_native_loop() -> None:
    loop = loop_of(NATIVE["softplus_mixture"], NATIVE["sigmoid_residual"])
    columns = [np.linspace(0, 1, 64, dtype=np.float32) for _ in range(4)]
    loop(*columns)
    assembly = next(iter(loop.inspect_asm().values()))
    blocks = re.split(r"\n(?=\.?L\w+:)", assembly)
    vector = "zmm" if WIDE else "ymm" if binding.get_host_cpu_features().get("avx2") else "xmm"
    body = max(blocks, key=lambda block: block.count(vector))
    assert body.count(vector) > 100
    assert "gather" not in assembly
    assert not re.search(r"\bv?div[ps][sd]\b", body)
    assert not re.search(r"\bcall", body) or not binding.get_host_cpu_features().get("fma")
    assert "cvtps2pd" not in body


HASHES = """
import hashlib
import numpy as np
from numba import njit
from crossent.vocabulary import FUNCTIONS
from crossent.vocabulary.compiled import DOUBLE, NATIVE, SINGLE

rng = np.random.default_rng(5)
wide = np.concatenate([rng.normal(0, 3, 300), rng.normal(0, 50, 300), 10.0 ** rng.uniform(-320, 300, 300)])
unit = rng.random(wide.size)
print({})
grades = {"double": (DOUBLE, np.float64), "single": (SINGLE, np.float64), "native": (NATIVE, np.float32)}
for title, (grade, real) in grades.items():
    digest = hashlib.sha256()
    for name in sorted(grade):
        if name in ("where", "is_zero", "logsumexp") or (title == "single" and grade[name] is DOUBLE[name]):
            continue
        count = FUNCTIONS[name].call.__code__.co_argcount
        columns = [column.astype(real) for column in ((unit, wide, wide[::-1])[:count] if count > 1 else (wide,))]
        answers = np.array([grade[name](*row) for row in zip(*columns)], real)
        digest.update(np.where(np.isnan(answers), real(0.5), answers).tobytes())  # a NaN may have any bits
    print(title, digest.hexdigest())
"""


def test_the_same_bits_on_every_processor() -> None:
    """Without FMA, without AVX, with 256-bit and with the host's vectors."""
    names = ["", "generic"] + (["haswell"] if platform.machine() in ("x86_64", "AMD64") else [])
    code = HASHES.replace("print({})\n", "")
    environments = [os.environ | ({"NUMBA_CPU_NAME": name, "NUMBA_CPU_FEATURES": ""} if name else {}) for name in names]
    runs = [
        subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", code], env=environment, stdout=subprocess.PIPE, text=True
        )
        for environment in environments
    ]
    outputs = [run.communicate()[0] for run in runs]
    assert [run.returncode for run in runs] == [0] * len(runs)
    assert outputs[0].count("\n") == 3
    assert len(set(outputs)) == 1, outputs
