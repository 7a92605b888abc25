"""What the compiler made of the kernels over classes: vectors and no gathers; the same bits for every processor."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import numpy as np
import pytest

PROGRAM = """
import hashlib, sys
import numpy as np
from crossent.families.categorical import classes as categorical
from crossent.families.multinomial import classes as multinomial
from crossent.kernels.classes import evaluate_classes
digest = hashlib.sha256()
rng = np.random.default_rng(0)
for dtype in (np.float32, np.float64):
    for k in (10, 100):
        logits = (4 * rng.standard_normal((300, k))).astype(dtype)
        index = rng.integers(0, k, 300)
        logits[::2][np.arange(150), index[::2]] += dtype(25)
        counts = rng.integers(0, 9, (300, k))
        for formulas, target in ((categorical, index), (multinomial, counts)):
            if formulas is multinomial and (dtype, k) != (np.float64, 100):
                continue
            found = evaluate_classes(formulas, target, logits, quantity="gradient", keep_rows=True)
            digest.update(found.rows.tobytes() + found.gradient.tobytes() + repr(found.total.units).encode())
print(digest.hexdigest())
"""


def test_every_processor_gives_the_same_bits(tmp_path):
    found = {}
    for processor in ("", "haswell", "generic"):
        environment = os.environ | {"CROSSENT_CACHE_DIR": str(tmp_path / (processor or "host"))}
        environment |= {"NUMBA_CPU_NAME": processor, "NUMBA_CPU_FEATURES": ""} if processor else {}
        if processor == "haswell":
            environment["NUMBA_CPU_FEATURES"] = "+avx2,+fma,+bmi,+bmi2"
        run = subprocess.run(
            [sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=True
        )
        found[processor] = run.stdout
    assert len(found) == 3
    assert len(set(found.values())) == 1, found


@pytest.mark.parametrize("kind", ["small", "large"])
@pytest.mark.parametrize("quantity", ["value", "gradient"])
def test_loops_over_classes_are_vectors(kind, quantity):
    import llvmlite.binding
    import numba

    from crossent.families.categorical import classes
    from crossent.kernels import classes_kernels

    features = llvmlite.binding.get_host_cpu_features()
    if not features.get("avx2"):
        pytest.fail("this machine has no vectors this test knows")
    dtype = np.dtype(np.float32)
    kernel = classes_kernels.load(
        classes, kind, dtype, quantity, weighted=False, full=False, indexed=True, smoothed=False
    ).run
    compiled = numba.njit(nogil=True, error_model="numpy", boundscheck=False)(kernel.py_func)
    rows, k = 4, 10 if kind == "small" else 100
    room = np.empty(rows * k, dtype)
    nothing = np.empty(0, dtype)
    compiled(
        np.zeros(rows * k, dtype), np.zeros(rows, np.int64), np.empty(0), k, 1.0, np.empty(rows, dtype), room, nothing,
        nothing, np.empty(rows, np.int64),
    )  # fmt: skip
    (text,) = compiled.inspect_asm().values()
    register = "zmm" if features.get("avx512f") else "ymm"
    assert len(re.findall(rf"vcvtps2pd\s.*{register}", text)) >= 1
    assert len(re.findall(rf"vfn?m(?:add|sub)\d+pd\s.*{register}", text)) >= 8
    hot = [block for block in re.split(r"\n\.LBB\S+:", text) if re.search(rf"vcvtps2pd\s.*{register}", block)]
    assert hot
    assert not any("gather" in block for block in hot)
