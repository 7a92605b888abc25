"""How many standard errors half a 95 % interval is wide."""

from __future__ import annotations

NORMAL_975 = 1.959963984540054


def quantile_975(degrees_of_freedom: float | None = None) -> float:
    """The 97.5 % quantile of Student's t; of the normal without degrees of freedom.

    >>> quantile_975(), round(quantile_975(9.0), 6)
    (1.959963984540054, 2.262157)
    """
    if degrees_of_freedom is None:
        return NORMAL_975
    from scipy.special import stdtrit

    return float(stdtrit(degrees_of_freedom, 0.975))


def fixed_b_975(share: float) -> float:
    """The 97.5 % quantile of the t statistic with a Bartlett variance whose bandwidth is this share of the sample.

    Kiefer and Vogelsang (2005), table 1: 1.9600 + 2.9694 b + 0.4160 b^2 - 0.5324 b^3; its first term with more digits.

    >>> round(fixed_b_975(0.1), 4)
    2.2605
    """
    return NORMAL_975 + 2.9694 * share + 0.4160 * share**2 - 0.5324 * share**3
