"""Write src/crossent/vocabulary/compiled/polynomials.py: every polynomial of the compiled reading, with its error.

    python tools/polynomials.py

Each fit is a weighted least-squares fit on Chebyshev points at 60 digits, made nearly minimax by Lawson's reweighting.
The coefficients are then rounded one after the other, from the lowest up, and the rest fitted again each time, so that
the higher ones make good what rounding the lower ones lost. The errors are measured with the rounded coefficients.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import mpmath
from mpmath import mp, mpf

mp.dps = 60
TARGET = Path(__file__).resolve().parents[1] / "src/crossent/vocabulary/compiled/polynomials.py"
Real = Callable[[mpf], mpf]


@dataclass(frozen=True)
class Fit:
    """p(x) of `terms` coefficients is to follow `function` on [low, high]; the error counts `weight` times."""

    name: str
    meaning: str
    function: Real
    weight: Real
    low: mpf
    high: mpf
    terms: int
    bits: int = 53
    given: tuple[float, ...] = ()


def rounded(value: mpf, bits: int) -> mpf:
    return mpf(float(value)) if bits == 53 else mpf(struct.unpack("f", struct.pack("f", float(value)))[0])


def nodes(fit: Fit, count: int) -> list[mpf]:
    middle, half = (fit.low + fit.high) / 2, (fit.high - fit.low) / 2
    return [middle + half * mp.cos(mp.pi * (2 * i + 1) / (2 * count)) for i in range(count)]


def least_squares(x: list[mpf], wanted: list[mpf], weight: list[mpf], first: int, terms: int) -> list[mpf]:
    """The coefficients of x^first, x^(first + 1), ... by the normal equations: 60 digits are digits enough."""
    rows = []
    for point, factor in zip(x, weight, strict=True):
        power, row = point**first * factor, []
        for _ in range(first, terms):
            row.append(power)
            power *= point
        rows.append(row)
    size = terms - first
    matrix, right = mp.matrix(size, size), mp.matrix(size, 1)
    for i in range(size):
        for j in range(i, size):
            matrix[i, j] = matrix[j, i] = mp.fsum(row[i] * row[j] for row in rows)
        right[i] = mp.fsum(row[i] * w * f for row, w, f in zip(rows, wanted, weight, strict=True))
    return list(mp.lu_solve(matrix, right))


def solve(fit: Fit) -> tuple[list[mpf], mpf]:
    x = nodes(fit, 5 * fit.terms + 10)
    wanted = [fit.function(point) for point in x]
    weight = [fit.weight(point) for point in x]
    known = [mpf(value) for value in fit.given]
    lawson = [mpf(1)] * len(x)

    def refit() -> list[mpf]:
        rest = [f - mp.polyval(known[::-1], p) if known else f for f, p in zip(wanted, x, strict=True)]
        factor = [w * mp.sqrt(a) for w, a in zip(weight, lawson, strict=True)]
        return least_squares(x, rest, factor, len(known), fit.terms)

    for _ in range(12):
        coefficients = known + refit()
        errors = [abs((mp.polyval(coefficients[::-1], p) - f) * w) for p, f, w in zip(x, wanted, weight, strict=True)]
        scale = max(errors)
        lawson = [a * (e / scale + mpf("0.01")) for a, e in zip(lawson, errors, strict=True)]
        total = mp.fsum(lawson)
        lawson = [a * len(x) / total for a in lawson]
    while len(known) < fit.terms:
        known.append(rounded(refit()[0], fit.bits))
    points = nodes(fit, 7 * fit.terms + 11)
    errors = [abs((mp.polyval(known[::-1], p) - fit.function(p)) * fit.weight(p)) for p in points]
    return known, max(errors)


def extended(function: Real) -> Real:
    """`function`, evaluated with so many digits that its own cancellation near 0 does not show."""

    def evaluate(x: mpf) -> mpf:
        with mp.workdps(140):
            return function(x)

    return evaluate


def one(x: mpf) -> mpf:
    return mpf(1)


def relative(function: Real) -> Real:
    return lambda x: 1 / function(x)


# --- the functions that are fitted ------------------------------------------------------------------------------------


def binet(x: mpf) -> mpf:
    return mp.loggamma(x) - (x - mpf(1) / 2) * mp.log(x) + x - mp.log(2 * mp.pi) / 2


def digamma_rest(x: mpf) -> mpf:
    return mp.digamma(x) - mp.log(x) + 1 / (2 * x)


def trigamma_rest(x: mpf) -> mpf:
    return mp.psi(1, x) - 1 / x - 1 / (2 * x * x)


def of_turned(rest: Real, power: int) -> Real:
    """x^power rest(x) as a function of v = (x - 2)/(x + 2), which takes [1, infinity) to [-1/3, 1)."""

    def evaluate(v: mpf) -> mpf:
        with mp.workdps(110):
            x = 2 * (1 + v) / (1 - v)
            return x**power * rest(x)

    return evaluate


DIGAMMA_ROOT = mp.findroot(mp.digamma, mpf("1.4616321449683623"))


def lgamma_one(u: mpf) -> mpf:
    t = u + mpf(1) / 2
    return mp.loggamma(1 + t) / (t * (t - 1))


def digamma_one(u: mpf) -> mpf:
    t = u + mpf(1) / 2
    return mp.digamma(1 + t) / (t - (DIGAMMA_ROOT - 1))


def trigamma_one(u: mpf) -> mpf:
    return mp.psi(1, 1 + u + mpf(1) / 2)


def log_series(z: mpf) -> mpf:
    s = mp.sqrt(z)
    return (2 * mp.atanh(s) - 2 * s) / (s * z)


def cubic_rest(e: mpf) -> mpf:
    return (mp.log1p(e) - e + e * e / 2) / e**3


def normal_tail(v: mpf) -> mpf:
    """(1 + t) erfc(t/sqrt 2) exp(t^2/2)/2 with v = (t - 4)/(t + 4): 1 - Phi(t) without its exponential."""
    with mp.workdps(110):
        t = 4 * (1 + v) / (1 - v)
        return (1 + t) * mp.erfc(t / mp.sqrt(2)) * mp.exp(t * t / 2) / 2


def normal_excess(v: mpf) -> mpf:
    """(1 + t)^2 (1 - t m) with the same v: m = (1 - Phi(t))/phi(t), which is about 1/t."""
    with mp.workdps(110):
        t = 4 * (1 + v) / (1 - v)
        mills = mp.sqrt(mp.pi / 2) * mp.erfc(t / mp.sqrt(2)) * mp.exp(t * t / 2)
        return (1 + t) ** 2 * (1 - t * mills)


HALF, EDGE = mpf(1) / 2, mp.log(2) / 2 + mpf("1e-4")
BINET, DIGAMMA, TRIGAMMA = of_turned(binet, 1), of_turned(digamma_rest, 2), of_turned(trigamma_rest, 3)
TURNED = (-mpf(1) / 3, 1 - mpf(10) ** -9)
TURNED_NORMAL = (mpf(-1), 1 - mpf(10) ** -9)

FITS = (
    Fit(
        "EXP",
        "(exp(r) - 1 - r - r^2/2)/r^3",
        extended(lambda r: (mp.expm1(r) - r - r * r / 2) / r**3),
        lambda r: r * r,
        -EDGE,
        EDGE,
        10,
    ),
    Fit(
        "LOG",
        "(log((1 + s)/(1 - s)) - 2 s)/s^3 in s^2",
        extended(log_series),
        lambda z: z / 2,
        mpf(0),
        mpf("0.0401"),
        8,
    ),
    Fit(
        "ATANH",
        "(atanh(s) - s)/s^3 in s^2",
        extended(lambda z: log_series(z) / 2),
        lambda z: z + mpf("0.01"),
        mpf(0),
        mpf("0.1226"),
        12,
    ),
    Fit(
        "LGAMMA_ONE",
        "lgamma(1 + t)/(t (t - 1)) in t - 1/2",
        extended(lgamma_one),
        relative(lgamma_one),
        -HALF,
        HALF,
        21,
    ),
    Fit(
        "DIGAMMA_ONE",
        "digamma(1 + t)/(1 + t - root) in t - 1/2",
        extended(digamma_one),
        relative(digamma_one),
        -HALF,
        HALF,
        23,
    ),
    Fit("TRIGAMMA_ONE", "trigamma(1 + t) in t - 1/2", trigamma_one, relative(trigamma_one), -HALF, HALF, 24),
    Fit(
        "RECIPROCAL_ROUGH",
        "1/s, for what a division lost",
        lambda s: 1 / s,
        lambda s: s,
        mp.sqrt(2),
        2 * mp.sqrt(2),
        3,
    ),
    Fit("BINET", "x binet(x) in (x - 2)/(x + 2)", BINET, relative(BINET), *TURNED, 27),
    Fit("DIGAMMA_REST", "x^2 digamma_rest(x) in (x - 2)/(x + 2)", DIGAMMA, relative(DIGAMMA), *TURNED, 27),
    Fit("TRIGAMMA_REST", "x^3 trigamma_rest(x) in (x - 2)/(x + 2)", TRIGAMMA, relative(TRIGAMMA), *TURNED, 28),
    Fit(
        "NORMAL_TAIL",
        "(1 + t) (1 - Phi(t)) exp(t^2/2) in (t - 4)/(t + 4)",
        normal_tail,
        relative(normal_tail),
        *TURNED_NORMAL,
        27,
    ),
    Fit(
        "NORMAL_EXCESS",
        "(1 + t)^2 (1 - t (1 - Phi(t))/phi(t)) in (t - 4)/(t + 4)",
        normal_excess,
        relative(normal_excess),
        *TURNED_NORMAL,
        30,
    ),
    Fit(
        "EXP_SINGLE",
        "(exp(r) - 1 - r)/r^2",
        extended(lambda r: (mp.expm1(r) - r) / r**2),
        lambda r: r * r,
        -EDGE,
        EDGE,
        6,
    ),
    Fit(
        "LOG1P_SINGLE",
        "log(1 + e)/e, e in [0, 1]",
        extended(lambda e: mp.log1p(e) / e),
        extended(lambda e: e / mp.log1p(e)),
        mpf(0),
        mpf(1),
        13,
    ),
    Fit(
        "LOG_SINGLE",
        "(log((1 + s)/(1 - s)) - 2 s)/s^3 in s^2",
        extended(log_series),
        lambda z: z / 2,
        mpf(0),
        mpf("0.0296"),
        5,
    ),
    Fit("RECIPROCAL", "1/(1 + e), e in [0, 1]", lambda e: 1 / (1 + e), lambda e: 1 + e, mpf(0), mpf(1), 5),
    Fit(
        "RECIPROCAL_LOG",
        "1/(2 + f), 1 + f in [sqrt(1/2), sqrt(2)]",
        lambda f: 1 / (2 + f),
        lambda f: 2 + f,
        -mpf("0.2929"),
        mpf("0.4143"),
        4,
    ),
    Fit(
        "EXP_NATIVE",
        "(exp(r) - 1 - r)/r^2",
        extended(lambda r: (mp.expm1(r) - r) / r**2),
        lambda r: r * r,
        -EDGE,
        EDGE,
        5,
        bits=24,
        given=(0.5,),
    ),
    Fit(
        "LOG1P_NATIVE",
        "(log(1 + e) - e + e^2/2)/e^3 in e - 1/2, e in [0, 1]",
        extended(lambda t: cubic_rest(t + HALF)),
        extended(lambda t: (t + HALF) ** 3 / mp.log1p(t + HALF)),
        -HALF,
        HALF,
        9,
        bits=24,
    ),
    Fit(
        "RECIPROCAL_NATIVE",
        "1/(1 + e), e in [0, 1]",
        lambda e: 1 / (1 + e),
        lambda e: 1 + e,
        mpf(0),
        mpf(1),
        5,
        bits=24,
    ),
)


def written(fit: Fit) -> str:
    coefficients, error = solve(fit)
    size = f"2^{mpmath.nstr(mp.log(error, 2), 4)}"
    print(f"{fit.name}: {fit.terms} terms, error {size}", flush=True)
    where = f"[{mpmath.nstr(fit.low, 5)}, {mpmath.nstr(fit.high, 5)}]"
    lines = "".join(f"    {float(value)!r},\n" for value in coefficients)
    return f"# {fit.meaning}, on {where}; weighted error {size}\n{fit.name} = (\n{lines})\n"


def main() -> None:
    high = float(DIGAMMA_ROOT - 1)
    low = float(DIGAMMA_ROOT - 1 - mpf(high))
    parts = [
        '"""Coefficients, lowest first. Made by `python tools/polynomials.py`: change that file, not this one."""\n',
        "# the positive root of digamma, less 1, as a sum of two floats",
        f"DIGAMMA_ROOT_HIGH = {high!r}\nDIGAMMA_ROOT_LOW = {low!r}\n",
        *(written(fit) for fit in FITS),
    ]
    TARGET.write_text("\n".join(parts), encoding="utf-8")


if __name__ == "__main__":
    main()
