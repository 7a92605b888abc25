"""Several lags at once: Ljung and Box's statistic, of ranks or of values."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from crossent.independence.contingency.association import upper_tail
from crossent.independence.order.effects import autocorrelation
from crossent.independence.order.ranks import NORMAL, lag_moments, lag_products, skewed
from crossent.independence.order.values import Floats, contiguous, doubled_ranks, lags_of, numbers
from crossent.independence.permutation import DRAWS, permuted
from crossent.independence.results import IidTest

LAGS = (1, 2, 3, 4, 5, 6, 7)


def ljung_box_test(
    values: Any, lags: Any = None, ranks: bool = True, column: str = "target", draws: int = DRAWS, seed: int = 0
) -> IidTest:
    """Is there autocorrelation at any of the lags? Chi-squared of their autocorrelations together.

        of values: Q = n (n + 2) sum r_k^2 / (n - k)            (Ljung and Box 1978)
        of ranks:  Q = sum (r_k - E r_k)^2 / Var r_k            (Dufour and Roy 1986; moments over all orders, exact)

    By permutation up to 500 rows and where nearly all rows have one value; above that chi-squared with as
    many degrees of freedom as lags. Of values its limit needs a variance: with heavy tails use ranks, the default. At
    most 20,000 rows that follow each other. Lags that leave fewer than two pairs of rows are refused.

    Args:
        lags: which, such as (1, 2, 12); one to seven (fewer in short series: a quarter of the rows) by default.

    Raises:
        DataError: fewer than 4 rows, a constant, a value that is not finite.
        UsageError: no lag, or one that is too large.

    >>> found = ljung_box_test([1, 2, 3, 4, 5, 6, 7, 8], lags=1, ranks=False)
    >>> round(found.statistic, 12)
    4.464285714286
    """
    x = numbers(values, column, needed=4)
    x, _, notes = contiguous(x, seed)
    n = len(x)
    chosen = lags_of(tuple(lag for lag in LAGS if lag <= max(n // 4, 1)) if lags is None else lags, n, column)
    # divided by the largest value no square overflows, and correlations stay
    a = doubled_ranks(x) if ranks else centred(x / np.abs(x).max())
    squares = float(a @ a)
    if ranks:
        moments = [lag_moments(a, lag) for lag in chosen]
        scales = [(mean / squares, squares * squares / variance) for mean, variance in moments]
    else:
        scales = [(0.0, n * (n + 2) / (n - lag)) for lag in chosen]

    def statistic(orders: NDArray[Any]) -> Any:
        parts = zip(chosen, scales, strict=True)
        return sum(scale * np.square(lag_products(orders, lag) / squares - mean) for lag, (mean, scale) in parts)

    which = "ranks" if ranks else "values"
    r = [float(lag_products(a[None], lag)[0]) / squares for lag in chosen]
    if n > NORMAL and not skewed(a):
        observed = float(statistic(a[None])[0])
        p, log_p = upper_tail(observed, len(chosen))
        error, method = None, f"chi-squared with {len(chosen)} degrees of freedom, of {which} ({n:,} rows)"
    else:
        observed, found = permuted(a, statistic, draws, seed)
        p, log_p, error = found.p_value, found.log_p_value, found.error
        method = f"permutation, of {which}: {found.words}"
    largest = int(np.argmax(np.abs(r)))
    return IidTest(
        name="Ljung-Box", columns=(column,), method=method, statistic=observed, p_value=p, log_p_value=log_p,
        p_error=error, effect=autocorrelation(r[largest], n, chosen[largest], "largest autocorrelation"), n=n,
        about=f"lags {', '.join(map(str, chosen))} together", notes=notes,
        details={"lags": list(chosen), "autocorrelations": r, "bound95": 1.959963984540054 / n**0.5},
    )  # fmt: skip


def centred(x: Floats) -> Floats:
    return np.asarray(x - x.mean())
