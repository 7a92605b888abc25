"""The loops over rows of classes whose target is a row too, an index that is smoothed, or one that is far behind."""

from __future__ import annotations

# The reference is the likeliest class. Infinite logits: those at +inf share everything equally; with all at -inf no
# class is possible, so whatever happened costs +inf, and no direction is better than another: the gradient is 0.
ROWS = """
@njit(nogil=True, cache=True, error_model="numpy", boundscheck=False)
def run(z, y, weight, k, scale, smoothing, values, gradient, curvature, square):
    wide_vectors()
    kk = u(k)
    n = values.shape[0]
    rows = max(1, 1024 // k)
    size = rows * k
    logit = np.empty(size)
    target = np.empty(size)
    reference = np.empty(size)
    odds_of = np.empty(size)
    part_of = np.empty(size)
    top = np.empty(rows, np.uintp)
    total = np.empty(rows)
    s = np.empty(rows)
    low = np.empty(rows)
    p = np.empty(rows)
    spread = np.empty(rows)
    dead = np.empty(rows, np.bool_)
    skipped = np.empty(rows, np.bool_)
    lanes = np.empty(LANES)
    lows = np.empty(LANES)
    invalid = 0
    for start in range(0, n, rows):
        count = min(rows, n - start)
        for i in range(count):
            base = u(i) * kk
            origin = u(start + i) * kk
            skipped[i] = WEIGHTED and weight[start + i] == 0.0
            good = True
            if not skipped[i]:
                if INDEXED:
                    index = u(y[start + i])
                    good = index < kk
                    for j in range(kk):
                        target[base + u(j)] = smoothing / k
                    if good:
                        target[base + index] = (1.0 - smoothing) + smoothing / k
                else:
                    for j in range(kk):
                        t = np.float64(y[origin + u(j)])
                        good &= contains(t)
                        target[base + u(j)] = (1.0 - smoothing) * t + smoothing / k if SMOOTHED else t
            best = base
            for j in range(kk):
                at = base + u(j)
                v = np.float64(z[origin + u(j)])
                good &= v == v or skipped[i]
                logit[at] = v
                if v > logit[best]:
                    best = at
            if skipped[i] or not good:
                invalid += not good
                for j in range(kk):
                    target[base + u(j)] = 0.0
                    logit[base + u(j)] = 0.0
                best = base
            highest = logit[best]
            dead[i] = highest == -np.inf
            if highest == np.inf:
                for j in range(kk):
                    logit[base + u(j)] = 0.0 if logit[base + u(j)] == np.inf else -np.inf
                highest = 0.0
            if dead[i]:
                highest = 0.0
            top[i] = best
            total[i] = sum_row(target, base, kk, lanes, lows)[0] if not INDEXED else 1.0
            for j in range(kk):
                reference[base + u(j)] = highest
        flat = count * k
        for i in range(flat):
            odds_of[u(i)] = odds(logit[u(i)], reference[u(i)])
        for i in range(count):
            odds_of[top[i]] = 0.0
            s[i], low[i] = sum_row(odds_of, u(i) * kk, kk, lanes, lows)
            odds_of[top[i]] = 0.0 if dead[i] else 1.0
        for i in range(count):
            spread[u(i)] = nll(s[u(i)])
            p[u(i)] = refined(probability(s[u(i)]), s[u(i)], low[u(i)])
        for i in range(count):
            base = u(i) * kk
            n_i = total[i]
            l_i = spread[i]
            s_i = s[i]
            p_i = p[i]
            for j in range(kk):
                at = base + u(j)
                part_of[at] = part(target[at], n_i, reference[at] - logit[at], l_i, odds_of[at], s_i, p_i)
            if PAIRED:
                at = largest(target, base, kk)
                part_of[at] = part_most(target[at], n_i, reference[at] - logit[at], l_i, odds_of[at], s_i, p_i)
            values[start + i] = 0.0 if skipped[i] else sum_row(part_of, base, kk, lanes, lows)[0]
            if GRADIENT:
                w = scale
                if WEIGHTED:
                    w = scale * weight[start + i]
                if skipped[i] or dead[i]:
                    w = 0.0
                out = u(start + i) * kk
                for j in range(kk):
                    at = base + u(j)
                    gradient[out + u(j)] = residual(target[at], n_i, odds_of[at], s_i, p_i) * w
                if s_i < 1.0:  # the likeliest class has more than half
                    gradient[out + (top[i] - base)] = residual_most(target[top[i]], n_i, s_i, p_i) * w
                if skipped[i] or dead[i]:
                    for j in range(kk):
                        gradient[out + u(j)] = 0.0
                if HESSIAN:
                    for j in range(kk):
                        at = base + u(j)
                        d = hessian_own(s_i, p_i) if at == top[i] else hessian_other(odds_of[at], p_i)
                        if FULL:
                            line = (out + u(j)) * kk
                            for l in range(kk):
                                square[line + u(l)] = -(odds_of[at] * p_i) * (odds_of[base + u(l)] * p_i) * n_i * w
                            square[line + u(j)] = d * n_i * w
                        else:
                            curvature[out + u(j)] = d * n_i * w
    return invalid
"""

# From probabilities as they are given: values only. They are never renormalised.
GIVEN = """
@njit(nogil=True, cache=True, error_model="numpy", boundscheck=False)
def run(z, y, weight, k, scale, smoothing, values, gradient, curvature, square):
    wide_vectors()
    kk = u(k)
    target = np.empty(k)
    part_of = np.empty(k)
    lanes = np.empty(LANES)
    lows = np.empty(LANES)
    invalid = 0
    for i in range(values.shape[0]):
        origin = u(i) * kk
        values[i] = 0.0
        if WEIGHTED and weight[i] == 0.0:
            continue
        good = True
        for j in range(kk):
            v = np.float64(z[origin + u(j)])
            good &= v >= 0.0 and v <= 1.0
        if INDEXED:
            index = u(y[i])
            good &= index < kk
            if good and not SMOOTHED:
                values[i] = part_given(1.0, 1.0, np.float64(z[origin + index]))
            for j in range(kk if SMOOTHED else u(0)):
                target[u(j)] = smoothing / k
            if good:
                target[index] = (1.0 - smoothing) + smoothing / k
        else:
            for j in range(kk):
                t = np.float64(y[origin + u(j)])
                good &= contains(t)
                target[u(j)] = (1.0 - smoothing) * t + smoothing / k if SMOOTHED else t
        if not good:
            invalid += 1
            continue
        if SMOOTHED or not INDEXED:
            total = 1.0 if INDEXED else sum_row(target, u(0), kk, lanes, lows)[0]
            for j in range(kk):
                part_of[u(j)] = part_given(target[u(j)], total, np.float64(z[origin + u(j)]))
            if PAIRED:
                at = largest(target, u(0), kk)
                part_of[at] = part_given_most(target[at], total, np.float64(z[origin + at]))
            missing = 1.0
            low = 0.0  # what the additions round off
            for j in range(kk):
                missing, low = add(missing, low, -np.float64(z[origin + u(j)]))
            values[i] = sum_row(part_of, u(0), kk, lanes, lows)[0] + rest_given(total, missing + low)
    return invalid
"""

# Exact sums of the rows' values. Infinite values are counted, and left out of the sums.
TOTALS = """
from crossent.kernels.limbs import BLOCK, add_doubles, add_products, add_singles, set_aside

@njit(nogil=True, cache=True, error_model="numpy", boundscheck=False)
def run(values, weight, total, total_weight):
    room = np.empty(BLOCK, real)
    spare = np.empty(BLOCK)
    errors = np.empty(BLOCK)
    infinite = 0
    for start in range(0, values.shape[0], BLOCK):
        count = min(BLOCK, values.shape[0] - start)
        block = room[:count]
        for i in range(count):
            block[i] = values[start + i]
        for i in range(count):
            infinite += np.isinf(block[i])
        if WEIGHTED:
            set_aside(block, total)
            add_products(block, weight[start : start + count], spare, errors, total)
            for i in range(count):
                spare[i] = weight[start + i]
            add_doubles(spare[:count], total_weight)
        elif SINGLE:
            add_singles(block, spare, total)
        else:
            add_doubles(block, total)
    return infinite
"""
