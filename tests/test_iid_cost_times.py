"""Times in every form order the rows in the same way; what is no time, or of two kinds, is refused by its row."""

from datetime import date, datetime, timedelta, timezone

import numpy as np
import pandas as pd
import polars as pl
import pytest

from crossent import errors
from crossent.independence.cost import mean_error
from crossent.independence.cost.keys import keys_of
from crossent.independence.cost.times import NUMBERS, WITH_ZONE, WITHOUT_ZONE, times_of

N = 60
NAIVE = [datetime(2024, 1, 30) + timedelta(hours=7 * k) for k in range(N)]
ZONES = [timezone(timedelta(hours=h, minutes=30)) for h in (-9, 0, 5)]
AWARE = [t.replace(tzinfo=timezone.utc).astimezone(ZONES[k % 3]) for k, t in enumerate(NAIVE)]  # noqa: UP017
FORMS = {
    "numbers": (np.arange(N), NUMBERS),
    "floats": (np.arange(N) / 7, NUMBERS),
    "text of numbers": ([f" {k}.50" for k in range(N)], NUMBERS),
    "naive": (NAIVE, WITHOUT_ZONE),
    "aware": (AWARE, WITH_ZONE),
    "iso": ([t.isoformat() for t in NAIVE], WITHOUT_ZONE),
    "iso with zones": ([t.isoformat(" ") for t in AWARE], WITH_ZONE),
    "iso Z": ([t.isoformat() + "Z" for t in NAIVE], WITH_ZONE),
    "dates": ([date(2024, 2, 20) + timedelta(days=k) for k in range(N)], WITHOUT_ZONE),
    "datetime64": (np.array(NAIVE, "datetime64[s]"), WITHOUT_ZONE),
    "datetime64[D]": (np.datetime64("1969-12-01") + np.arange(N), WITHOUT_ZONE),
    "pandas": (pd.Series(pd.to_datetime(NAIVE)), WITHOUT_ZONE),
    "pandas zone": (pd.Series(pd.to_datetime(NAIVE)).dt.tz_localize("Asia/Tokyo"), WITH_ZONE),
    "polars": (pl.Series(NAIVE), WITHOUT_ZONE),
    "polars ms": (pl.Series(NAIVE).dt.cast_time_unit("ms"), WITHOUT_ZONE),
    "polars zone": (pl.Series(NAIVE).dt.replace_time_zone("Europe/Berlin"), WITH_ZONE),
    "polars date": (pl.date_range(date(2024, 2, 1), date(2024, 3, 31), eager=True), WITHOUT_ZONE),
}


@pytest.mark.parametrize("form", FORMS)
def test_order_is_found_whatever_the_form(form):
    times, kind = FORMS[form]
    x = np.random.default_rng(0).normal(size=N).cumsum()
    expected = mean_error(x, time=np.arange(N)).standard_error
    order = np.random.default_rng(1).permutation(N)
    taken = times.iloc[order] if hasattr(times, "iloc") else [times[k] for k in order.tolist()]
    if isinstance(times, np.ndarray | pl.Series):
        taken = times[order]
    assert times_of(taken, "t").kind == kind
    assert mean_error(x[order], time=taken).standard_error == expected


def test_instants_are_those_of_utc():
    values = [times_of(FORMS[form][0], "t").values for form in ("naive", "aware", "iso", "iso with zones", "iso Z")]
    expected = np.array(NAIVE, "datetime64[ns]").astype(np.int64)
    for made in (*values, times_of(pl.Series(NAIVE).dt.cast_time_unit("ms"), "t").values):
        np.testing.assert_array_equal(made, expected)
    both = times_of(["2024-03-31T01:30+01:00", "2024-03-31T00:30Z"], "t").values
    assert both[0] == both[1]


@pytest.mark.parametrize(
    ("times", "words"),
    [
        (["2024-01-01", "2024-01-02T00:00Z", "2024-01-03"], "row 1 .* dates with a zone"),
        ([NAIVE[0], NAIVE[1], AWARE[2]], "row 2 .* dates with a zone"),
        ([AWARE[0], NAIVE[1], AWARE[2]], "row 1 .* dates without a zone"),
        (["2024-01-01", "17", "2024-01-03"], "row 1 .* numbers"),
        (["2024-01-01", "soon", "2024-01-03"], "row 1 .*'soon'"),
        (["2024-01-01", "2024-13-01", "2024-01-03"], "row 1 .*2024-13-01"),
        (["2024-01-01", "2024-01-02", None], "row 2 .* missing"),
        ([1.0, float("nan"), 3.0], "row 1 .*nan"),
        ([1.0, float("inf"), 3.0], "row 1 .*inf"),
        (["1", "two", "3"], "row 1 .*'two'"),
        (np.array(["2024-01-01", "NaT", "2024-01-02"], "datetime64[D]"), "row 1 "),
    ],
)
def test_what_is_no_time_is_named(times, words):
    with pytest.raises(errors.DataError, match=words):
        mean_error([1.0, 2.0, 3.0], time=times)


def test_kinds_may_not_change_between_batches():
    from crossent.independence.cost import SerialRows

    naive, aware, numbers = SerialRows("t"), SerialRows("t"), SerialRows("t")
    naive.update([1.0], ["2024-01-01"])
    aware.update([1.0], ["2024-01-01T00:00Z"])
    numbers.update([1.0], [3])
    for one, other in ((naive, aware), (aware, numbers), (numbers, naive)):
        with pytest.raises(errors.DataError, match="one kind"):
            one + other
    with pytest.raises(errors.DataError, match="one kind"):
        naive.update([1.0], ["2024-01-01T00:00Z"])


def test_gaps_are_said():
    time = [date(2024, 1, 1) + timedelta(days=k if k < 30 else k + 40) for k in range(N)]
    found = mean_error(np.arange(N) % 7.0, time=time)
    assert "median 1 day, 0:00:00, longest 41 days" in found.notes[0]
    assert found.standard_error == mean_error(np.arange(N) % 7.0, time=range(N)).standard_error
    assert mean_error(np.arange(N) % 7.0, time=range(N)).notes == ()


@pytest.mark.parametrize(
    ("cells", "keys"),
    [
        (np.array([1, 2, 1]), ["1", "2", "1"]),
        (np.array([1.0, 2.5, np.nan]), ["1", "2.5", None]),
        (np.array([True, False, True]), ["true", "false", "true"]),
        (pl.Series(["a", None, ""]), ["a", None, None]),
        (pl.Series(["1.0", "1", "01"]), ["1", "1", "01"]),
        (pl.Series([1.0, None, 2.0]), ["1", None, "2"]),
        (pl.Series(["x", "y", "x"], dtype=pl.Categorical), ["x", "y", "x"]),
        (pl.Series([date(2024, 1, 1), None, date(2024, 1, 1)]), ["2024-01-01", None, "2024-01-01"]),
        (["b", "a", None], ["b", "a", None]),
        (pd.Series(["b", "a", None]), ["b", "a", None]),
        (pd.Series([3, 4, 3], dtype="Int64"), ["3", "4", "3"]),
    ],
)
def test_keys_of_clusters(cells, keys):
    texts, which = keys_of(cells, "g")
    assert [None if k < 0 else texts[k] for k in which.tolist()] == keys
    assert len(set(texts)) == len(texts)
