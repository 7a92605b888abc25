"""The loops over rows of classes, as text: each kernel is written out as a module of its own (see cache.py).

The names of a `ClassFormulas` (odds, nll, probability, ...) are put into the module, compiled in a grade; constants
such as GRADIENT choose what is computed, and the compiler drops the rest. What a row gives depends on that row
alone: sums run in 32 fixed lanes (classes_sums.py), whatever the width of the processor's vectors.
"""

from __future__ import annotations

HEAD = '''"""Made by crossent: {title}. Safe to delete."""
import numpy as np
from numba import njit
from crossent.kernels import classes_sums
from crossent.kernels.classes_sums import LANES, add, largest, refined, sum_row
from crossent.vocabulary.compiled.intrinsics import wide_vectors

real = np.{dtype}
{constants}
u = np.uintp
sum_short = classes_sums.sum_short if COMPENSATED else classes_sums.sum_short_plain
join_lanes = classes_sums.join_lanes if COMPENSATED else classes_sums.join_lanes_plain
'''

# A class index for each row. The sum of the others' odds against it, s, gives everything. A row whose s is not below
# FAR (a logit 690 above that of the class that happened, NaN, an infinity) is listed, and left to the other kernel.
INDEX_CURVATURE = """
@njit(forceinline=True, error_model="numpy", boundscheck=False)
def curve(odds_of, start, own, kk, s, p, w, curvature, base, square, first):
    # the Hessian of one row: its diagonal into curvature[base:], or the whole into square[first:]
    rest = -1.0
    strong = own
    if s > 1.0:  # another class may have nearly all: its 1 - p must not be a difference
        strong = largest(odds_of, start, kk)
        if odds_of[strong] * p > 0.5:
            mine = odds_of[strong]
            odds_of[strong] = 0.0
            rest = 1.0 + sum_short(odds_of, start, kk)[0]
            odds_of[strong] = mine
    for j in range(kk):
        at = start + u(j)
        d = hessian_other(odds_of[at], p)
        if at == own:
            d = hessian_own(s, p)
        elif rest >= 0.0 and at == strong:
            d = odds_of[at] * p * (rest * p)
        if FULL:
            for i in range(kk):
                other = p if start + u(i) == own else odds_of[start + u(i)] * p
                mine = p if at == own else odds_of[at] * p
                square[first + u(j) * kk + u(i)] = -mine * other * w
            square[first + u(j) * kk + u(j)] = d * w
        else:
            curvature[base + u(j)] = d * w
"""

INDEX_SMALL = """
@njit(nogil=True, cache=True, error_model="numpy", boundscheck=False)
def run(z, y, weight, k, scale, values, gradient, curvature, square, far):
    wide_vectors()
    kk = u(k)
    rows = max(1, 2048 // k)
    near = np.empty(rows * k + 16, z.dtype)
    odds_of = np.empty(rows * k + 16)
    s = np.empty(rows)
    low = np.empty(rows)
    p = np.empty(rows)
    scaled = np.empty(rows)
    own_gradient = np.empty(rows)
    own = np.empty(rows, np.uintp)
    invalid = 0
    away = 0
    for start in range(0, y.shape[0], rows):
        count = min(rows, y.shape[0] - start)
        zs = z[start * k : (start + count) * k]
        ys = y[start : start + count]
        ws = weight[start : start + count]
        for i in range(count):
            base = u(i) * kk
            index = u(ys[i])
            if index >= kk:
                if not WEIGHTED or ws[i] != 0.0:
                    invalid += 1
                index = u(0)
            own[i] = base + index
            v = zs[base + index]
            for block in range(u(0), kk, u(16)):
                for j in range(16):
                    near[base + block + u(j)] = v
        flat = odds_of[: zs.shape[0]]
        reference = near[: zs.shape[0]]
        for i in range(zs.shape[0]):
            flat[i] = odds(np.float64(zs[i]), np.float64(reference[i]))
        for i in range(count):
            base = u(i) * kk
            odds_of[own[i]] = 0.0
            t, t_low = sum_short(odds_of, base, kk)
            if WEIGHTED and ws[i] == 0.0:
                t = 0.0
                for j in range(kk):
                    odds_of[base + u(j)] = 0.0
            elif not t < FAR:
                far[away] = start + i
                away += 1
            s[i] = t
            low[i] = t_low
        vs = values[start : start + count]
        for i in range(vs.shape[0]):
            vs[i] = nll(s[i])
        if GRADIENT:
            for i in range(vs.shape[0]):
                w = scale * ws[i] if WEIGHTED else scale
                q = probability(s[i])
                if COMPENSATED:
                    q = refined(q, s[i], low[i])
                p[i] = q
                scaled[i] = q * w
                own_gradient[i] = gradient_own(s[i], q * w)
            gs = gradient[start * k : (start + count) * k]
            padded = (kk + u(15)) // u(16) * u(16)
            direct = 0  # rows that may write beyond their end, into rows that are written after them
            if u(count) * kk >= padded:
                direct = np.int64((u(count) * kk - padded) // kk + u(1))
            for i in range(direct):
                base = u(i) * kk
                q = scaled[i]
                for block in range(base, base + kk, u(16)):
                    for j in range(16):
                        gs[block + u(j)] = gradient_other(odds_of[block + u(j)], q)
            for i in range(direct, count):
                base = u(i) * kk
                for j in range(kk):
                    gs[base + u(j)] = gradient_other(odds_of[base + u(j)], scaled[i])
            for i in range(count):
                gs[own[i]] = own_gradient[i]
        if HESSIAN:
            for i in range(count):
                base = u(i) * kk
                w = scale * ws[i] if WEIGHTED else scale
                flat_at = u(start) * kk + base
                curve(odds_of, base, own[i], kk, s[i], p[i], w, curvature, flat_at, square, flat_at * kk)
        if WEIGHTED:
            for i in range(count):
                if ws[i] == 0.0:
                    base = u(start + i) * kk
                    for j in range(kk):
                        if GRADIENT:
                            gradient[base + u(j)] = 0.0
                        if HESSIAN and not FULL:
                            curvature[base + u(j)] = 0.0
                        if FULL:
                            for l in range(kk):
                                square[(base + u(j)) * kk + u(l)] = 0.0
    return invalid, away
"""

INDEX_LARGE = """
@njit(forceinline=True, error_model="numpy", boundscheck=False)
def sweep(row, start, reference, kept, lanes, lows):  # 32 classes
    wide_vectors()
    for j in range(LANES):
        e = odds(np.float64(row[start + u(j)]), reference)
        if GRADIENT:
            kept[j] = e
        if COMPENSATED:
            lanes[j], lows[j] = add(lanes[j], lows[j], e)
        else:
            lanes[j] += e

@njit(nogil=True, cache=True, error_model="numpy", boundscheck=False)
def run(z, y, weight, k, scale, values, gradient, curvature, square, far):
    wide_vectors()
    kk = u(k)
    lanes = np.empty(LANES)
    lows = np.empty(LANES)
    piece = np.empty(LANES, z.dtype)
    whole = kk // u(LANES) * u(LANES)
    odds_of = np.empty(k + LANES if GRADIENT else LANES)
    invalid = 0
    away = 0
    for i in range(y.shape[0]):
        row = z[i * k : (i + 1) * k]
        index = u(y[i])
        w = scale
        if WEIGHTED:
            w = scale * weight[i]
            if weight[i] == 0.0:
                values[i] = 0.0
                for j in range(i * k, (i + 1) * k):
                    if GRADIENT:
                        gradient[j] = 0.0
                    if HESSIAN and not FULL:
                        curvature[j] = 0.0
                    if FULL:
                        for l in range(k):
                            square[j * k + l] = 0.0
                continue
        if index >= kk:
            invalid += 1
            index = u(0)
        reference = np.float64(row[index])
        mine = index // u(LANES) * u(LANES)
        for j in range(LANES):
            lanes[j] = 0.0
            lows[j] = 0.0
        for block in range(u(0), whole, u(LANES)):
            if block != mine:  # the 32 classes with the one that happened wait: its own odds, 1, are left out
                sweep(row, block, reference, odds_of[block : block + u(LANES)] if GRADIENT else odds_of, lanes, lows)
        if mine < whole:
            for j in range(LANES):
                piece[j] = row[mine + u(j)]
            piece[index - mine] = -np.inf
            sweep(piece, u(0), reference, odds_of[mine : mine + u(LANES)] if GRADIENT else odds_of, lanes, lows)
        if whole < kk:
            for j in range(LANES):
                piece[j] = -np.inf
            for j in range(kk - whole):
                piece[j] = row[whole + u(j)]
            if mine == whole:
                piece[index - mine] = -np.inf
            sweep(piece, u(0), reference, odds_of[whole : whole + u(LANES)] if GRADIENT else odds_of, lanes, lows)
        s, low = join_lanes(lanes, lows)
        if not s < FAR:
            far[away] = i
            away += 1
            continue
        values[i] = nll(s)
        if GRADIENT:
            p = probability(s)
            if COMPENSATED:
                p = refined(p, s, low)
            gs = gradient[i * k : (i + 1) * k]
            for j in range(gs.shape[0]):
                gs[j] = gradient_other(odds_of[j], p * w)
            gs[index] = gradient_own(s, p * w)
            if HESSIAN:
                odds_of[index] = 0.0
                base = u(i) * kk
                curve(odds_of, u(0), index, kk, s, p, w, curvature, base, square, base * kk)
    return invalid, away
"""
