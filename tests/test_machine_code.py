"""What the compiler made of the kernels: vector registers, no gathers, no calls inside the loops over rows."""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
from pathlib import Path

import llvmlite.binding
import pytest
from kernel_formulas import BELL, COIN, TALLY

from crossent.kernels import cache
from crossent.kernels.row_source import Layout, source
from crossent.kernels.sums import SYMBOLS, _source, announce

FEATURES = llvmlite.binding.get_host_cpu_features()
WIDE = platform.machine().lower() in ("x86_64", "amd64") and FEATURES.get("avx2", False)
REGISTER = r"%zmm" if FEATURES.get("avx512f", False) else r"%ymm"
HALF = r"%[yz]mm"  # float32 beside the float64 of weights fills half a register


def loops(assembly: str) -> list[list[str]]:
    """The bodies of all innermost loops: from a label to a jump back to it, with no label between."""
    lines = assembly.split("\n")
    at: dict[str, int] = {}
    found = []
    for i, line in enumerate(lines):
        if label := re.match(r"(\.LBB\w+):", line):
            at[label[1]] = i
        jump = re.match(r"\s+j\w+\s+(\.LBB\w+)", line)
        if jump and jump[1] in at:
            body = lines[at[jump[1]] : i + 1]
            if not any(other.startswith(".LBB") for other in body[1:]):
                found.append(body)
    return found


def assembly_of(text: str, definitions: dict) -> str:
    (result,) = cache.entry_of("assembly", text, definitions).overloads.values()
    return result.library.get_asm_str()


def vectorised(body: list[str], register: str = REGISTER) -> bool:
    return sum(bool(re.search(register, line)) for line in body) > len(body) / 3


@pytest.fixture
def fresh(tmp_path, monkeypatch):
    """Nothing from the disk: Numba shows machine code only of what it has just compiled."""
    monkeypatch.setattr(cache, "_state", cache._State())
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path))


CASES = [
    (COIN, "native", "f", "value"),
    (COIN, "native", "f", "hessian"),
    (COIN, "native", "B", "gradient"),
    (COIN, "single", "d", "gradient"),
    (COIN, "double", "d", "hessian"),
    (BELL, "single", "f", "gradient"),
    (BELL, "double", "d", "full"),
    (TALLY, "double", "q", "gradient"),
]


@pytest.mark.skipif(not WIDE, reason="the register names below are those of AVX2 and AVX-512")
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(("formulas", "grade", "target", "quantity"), CASES)
def test_the_loop_over_rows_is_made_of_vectors(fresh, formulas, grade, target, quantity, weighted) -> None:
    layout = Layout(formulas.parameters, "a" * formulas.fixed, grade, target, quantity, weighted, False, True)
    definitions = {name: (getattr(formulas, name), grade) for name in layout.formulas}
    definitions["valid"] = (formulas.valid, "double" if grade == "native" else grade)
    announce(layout.summing)
    assembly = assembly_of(source(layout), definitions)
    register = HALF if weighted and grade == "native" else REGISTER
    wide = [body for body in loops(assembly) if vectorised(body, register)]
    assert wide, "no loop over rows was vectorised"
    text = "\n".join(max(wide, key=len))
    assert "gather" not in text
    assert "call" not in text
    assert "vdivs" not in text  # a scalar division in a vector loop: something was taken apart


@pytest.mark.skipif(not WIDE, reason="the register names below are those of AVX2 and AVX-512")
@pytest.mark.parametrize("symbol", SYMBOLS)
def test_the_exact_sums_are_made_of_vectors(fresh, symbol) -> None:
    wide = [body for body in loops(assembly_of(_source(symbol), {})) if vectorised(body)]
    assert len(wide) >= 2
    assert all("gather" not in line and "call" not in line for body in wide for line in body)


def test_loops_finds_innermost_loops_only() -> None:
    text = ".LBB0_1:\n\tmov\n.LBB0_2:\n\tvaddps %zmm0, %zmm1, %zmm2\n\tjne .LBB0_2\n\tjne .LBB0_1\n"
    assert [len(body) for body in loops(text)] == [3]


SAME_BITS = """
import hashlib
import numpy as np
from kernel_formulas import BELL, COIN
from crossent.kernels import evaluate_rows
rng = np.random.default_rng(0)
found = hashlib.sha256()
x = rng.standard_normal(777) * 20
for formulas, raw in ((COIN, x.astype(np.float32)), (BELL, np.stack([x, x / 16], 1))):
    y = rng.random(777).astype(raw.dtype)
    made = evaluate_rows(formulas, y, raw, quantity="gradient", keep_rows=True, mean=True)
    found.update(made.rows.tobytes() + made.gradient.tobytes() + repr(made.total).encode())
print(found.hexdigest())
"""


@pytest.mark.skipif(not WIDE, reason="the processors below are x86")
def test_every_processor_computes_the_same_bits(tmp_path) -> None:
    """SSE2 without multiply-add (it is emulated), AVX2, and whatever this machine has."""
    found = set()
    for processor in ("generic", "haswell", ""):
        variables = {"CROSSENT_CACHE_DIR": str(tmp_path), "PYTHONPATH": str(Path(__file__).parent)}
        variables |= {"NUMBA_CPU_NAME": processor, "NUMBA_CPU_FEATURES": ""} if processor else {}
        done = subprocess.run(
            [sys.executable, "-c", SAME_BITS],
            env=os.environ | variables, capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        found.add(done.stdout)
    assert len(found) == 1
