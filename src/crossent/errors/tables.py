"""Tables of counts, and the tests of them."""

from __future__ import annotations

from collections.abc import Iterable

from crossent.errors.kinds import DataError, NoAnswerError, UsageError
from crossent.errors.words import Index, at, listed, of_many, shown

STEPS_PER_SECOND = 1e7  # of the exact tests, on an ordinary processor


def table_not_two_way(shape: tuple[int, ...]) -> UsageError:
    return UsageError(
        f"a table must have rows and columns of counts; its shape is {shape}.",
        "pass the counts as a list of rows, as in [[3, 1], [1, 4]].",
        shape=shape,
    )


def counts_not_a_line(argument: str, shape: tuple[int, ...]) -> UsageError:
    return UsageError(
        f"{argument} must be one number for each level; its shape is {shape}.", "pass a list.", shape=shape
    )


def count_invalid(argument: str, index: Index, value: object, bad: int, total: int) -> DataError:
    return DataError(
        f"{argument} must be counts (0, 1, 2, ...); {of_many(bad, total)}, first {at(argument, index)} = "
        f"{shown(value)}.",
        "count rows: shares, weights and percentages have no exact test.",
        argument=argument, index=index, value=value, bad=bad, total=total,
    )  # fmt: skip


def counts_too_large(argument: str, total: float, limit: int) -> DataError:
    return DataError(
        f"{argument}: the counts must add up to {limit:,} at most; they add up to {total:.6g}.",
        "counts beyond are not told apart by float64.",
        argument=argument, total=total, limit=limit,
    )  # fmt: skip


def table_too_small(rows: int, columns: int, dropped: int) -> DataError:
    after = " after empty ones were left out" if dropped else ""
    return DataError(
        f"a table must have at least 2 rows and 2 columns with counts in them; it has {rows} and {columns}{after}.",
        "with one level there is nothing that could be associated.",
        rows=rows, columns=columns, dropped=dropped,
    )  # fmt: skip


def unknown_alternative(value: object, known: Iterable[str]) -> UsageError:
    return UsageError(f"alternative must be one of {listed(map(repr, known))}; it is {value!r}.", value=value)


def unknown_interval(value: object, known: Iterable[str]) -> UsageError:
    return UsageError(f"interval must be one of {listed(map(repr, known))}; it is {value!r}.", value=value)


def unknown_method(value: object, known: Iterable[str]) -> UsageError:
    return UsageError(f"method must be one of {listed(map(repr, known))}; it is {value!r}.", value=value)


def direction_of_larger_table(alternative: str, shape: tuple[int, ...]) -> UsageError:
    return UsageError(
        f"alternative={alternative!r} must go with a 2 x 2 table; this one is {shape[0]} x {shape[1]}.",
        "larger tables have no direction: leave it out.",
        alternative=alternative, shape=shape,
    )  # fmt: skip


def direction_of_simulation(alternative: str) -> UsageError:
    return UsageError(
        f'alternative={alternative!r} must go with method="exact"; it came with "monte-carlo".',
        "a 2 x 2 table is never too large for the exact test.",
        alternative=alternative,
    )


def correction_of_larger_table(shape: tuple[int, ...]) -> UsageError:
    return UsageError(
        f"Yates' correction must go with a 2 x 2 table; this one is {shape[0]} x {shape[1]}.",
        "leave it out.",
        shape=shape,
    )


def correction_without_distribution(method: str) -> UsageError:
    return UsageError(
        f'Yates\' correction must go with method="asymptotic"; it came with {method!r}.',
        "it mends the chi-squared approximation only.",
        method=method,
    )


def draws_invalid(draws: object) -> UsageError:
    return UsageError(f"draws must be a whole number from 1 to 10,000,000; it is {draws!r}.", "", draws=draws)


def seed_invalid(seed: object) -> UsageError:
    return UsageError(f"seed must be a whole number, 0 or more; it is {seed!r}.", "", seed=seed)


def exact_out_of_reach(steps: float, limit: float) -> NoAnswerError:
    return NoAnswerError(
        f"an exact test must take at most {limit:,.3g} steps; this one takes at least {steps:,.3g}, "
        f"more than {_time(steps / STEPS_PER_SECOND)}.",
        'method="monte-carlo" simulates it, with a seed and a stated error; a larger `limit` lets it work on.',
        steps=steps, limit=limit, seconds=steps / STEPS_PER_SECOND,
    )  # fmt: skip


def probabilities_do_not_add_up(counted: float, others: float) -> NoAnswerError:
    return NoAnswerError(
        f"the probabilities of all tables must add up to 1; those that count are {counted!r}, the others {others!r}.",
        "this is a fault of crossent: please report the table.",
        counted=counted, others=others,
    )  # fmt: skip


def draws_out_of_reach(total: int, limit: int) -> NoAnswerError:
    return NoAnswerError(
        f"tables that are drawn must have fewer than {limit:,} counts; this one has {total:,}.",
        "chi_squared is as good as exact there.",
        total=total, limit=limit,
    )  # fmt: skip


def shares_do_not_fit(counts: int, shares: int) -> UsageError:
    return UsageError(
        f"there must be as many shares as counts; there are {shares} shares and {counts} counts.",
        "give every level its share of the population.",
        counts=counts, shares=shares,
    )  # fmt: skip


def share_invalid(index: int, value: object) -> DataError:
    return DataError(
        f"shares must be finite and 0 or more; shares[{index}] = {shown(value)}.",
        "give shares of the population, as in 0.25, or its counts.",
        index=index, value=value,
    )  # fmt: skip


def shares_do_not_sum(total: float) -> DataError:
    return DataError(
        f"shares must add up to 1; they add up to {total:.12g}.",
        "with whole numbers of people, all numbers are taken as counts of the population.",
        total=total,
    )


def nothing_counted() -> DataError:
    return DataError("counts must have at least one that is above 0; none is.", "count rows first.")


def share_of_nothing(index: int, count: int) -> DataError:
    return DataError(
        f"a level of share 0 must not occur; counts[{index}] = {count:,}.",
        "the sample cannot come from this population: no test is needed.",
        index=index, count=count,
    )  # fmt: skip


def one_share() -> DataError:
    return DataError(
        "at least 2 levels must have a share above 0; fewer do.", "with one level nothing is left to chance."
    )


def _time(seconds: float) -> str:
    for size, name in ((86400 * 365.25, "years"), (86400, "days"), (3600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"{seconds / size:,.3g} {name}"
    return f"{seconds:,.3g} seconds"
