"""What a table may hold: kinds of targets, missing values, weights, levels; and the messages for what it may not."""

import numpy as np
import pandas
import polars as pl
import pytest

from crossent import errors
from crossent.data import open_source
from crossent.fitting.design.array_rows import array_rows
from crossent.fitting.design.design import Design
from crossent.fitting.design.file_rows import file_rows
from crossent.fitting.design.options import Options

X = np.array([[1.0], [2.0], [4.0], [3.0]])


def from_csv(tmp_path, text, **options):
    path = tmp_path / "data.csv"
    path.write_text(text)
    with open_source([path]) as source:
        rows, learned = file_rows(source, Options(**{"target": "y", **options}))
    return rows, learned


# --- targets ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("y", "keywords", "family", "target"),
    [
        ([0, 1, 1, 0], {}, "Bernoulli", [0, 1, 1, 0]),
        ([False, True, True, False], {}, "Bernoulli", [0, 1, 1, 0]),
        (["no", "yes", "yes", "no"], {"positive": "yes"}, "Bernoulli", [0, 1, 1, 0]),
        ([2, 1, 1, 2], {"positive": 1}, "Bernoulli", [0, 1, 1, 0]),
        (["1.0", "2", "1", "2"], {"positive": "1"}, "Bernoulli", [1, 0, 1, 0]),
        ([0.2, 0.5, 1, 0], {"family": "bernoulli"}, "Bernoulli", [0.2, 0.5, 1, 0]),
        (["b", "c", "a", "c"], {}, "Categorical", [1, 2, 0, 2]),
        ([10, 9, 9, 10], {"family": "categorical"}, "Categorical", [1, 0, 0, 1]),
        (["b", "c", "a", "c"], {"classes": ["c", "b", "a"]}, "Categorical", [1, 0, 2, 0]),
        ([0, 3, 7, 2], {}, "Poisson", [0, 3, 7, 2]),
        ([0, 3, 7, 2.5], {}, "Normal", [0, 3, 7, 2.5]),
        ([0, 3, -7, 2], {}, "Normal", [0, 3, -7, 2]),
        ([0, 3, 7, 2], {"total_count": 7}, "Binomial", [0, 3, 7, 2]),
        ([0, 3, 7, 2], {"total_count": [0, 3, 8, 9]}, "Binomial", [0, 3, 7, 2]),
    ],
)
def test_kinds_of_targets(y, keywords, family, target):
    rows, learned = array_rows(y, X, **keywords)
    assert learned.design.target.family == family
    assert learned.guessed == ("family" not in keywords)
    assert bool(learned.notes) == learned.guessed
    np.testing.assert_array_equal(rows.target, target)
    assert rows.target.dtype == np.float64
    assert len(rows.fixed) == (family == "Binomial")


def test_fractions_and_levels_are_noted():
    assert array_rows([0.5, 0, 1, 1], X, family="bernoulli")[1].design.target.fractional
    assert not array_rows([0, 0, 1, 1], X, family="bernoulli")[1].design.target.fractional
    assert array_rows(["9", "10", "8", "10"], X, family="categorical")[1].design.target.levels == ("8", "9", "10")


def test_rows_of_probabilities_and_counts():
    shares = np.array([[0.5, 0.5], [1, 0], [0, 1], [0.25, 0.75]])
    rows, learned = array_rows(shares, X, family="categorical", classes=["a", "b"])
    np.testing.assert_array_equal(rows.target, shares)
    assert learned.design.target.levels == ("a", "b")
    rows, learned = array_rows(8 * shares, X, family="multinomial")
    assert learned.design.target.family == "Multinomial"
    with pytest.raises(errors.DataError, match="row 2"):
        array_rows(shares + np.array([[0], [0], [0.1], [0]]), X, family="categorical")
    with pytest.raises(errors.UsageError, match=r"\(4, 2\)"):
        array_rows(shares, X, family="poisson")


@pytest.mark.parametrize(
    ("y", "keywords", "kind", "message"),
    [
        (["no", "yes", "yes", "no"], {}, errors.UsageError, "--positive"),
        (["no", "yes", "yes", "no"], {"family": "bernoulli"}, errors.UsageError, "--positive"),
        (["no", "yes", "maybe", "no"], {"positive": "yes"}, errors.DataError, "'maybe'"),
        (["no", "yes", "yes", "no"], {"positive": "oui"}, errors.DataError, "'oui'"),
        ([0, 1, 1, 0], {"positive": "1", "family": "poisson"}, errors.UsageError, "Poisson"),
        ([0, 1, 1, 1.5], {"family": "bernoulli"}, errors.DataError, r"row 3 .*1\.5"),
        ([0, -1, 1, 1], {"family": "poisson"}, errors.DataError, r"row 1 .*-1"),
        ([0, 0.5, 1, 1], {"family": "negative_binomial"}, errors.DataError, r"row 1 .*0\.5"),
        ([0, np.inf, 1, 1], {"family": "normal"}, errors.DataError, r"row 1 .*inf"),
        ([0, 3, 7, 2], {"total_count": [0, 3, 6, 9]}, errors.DataError, "row 2 .* is 7"),
        ([0, 3, 7, 2], {"total_count": [0, 3, 8.5, 9]}, errors.DataError, "row 2"),
        (["a", "a", "a", "a"], {}, errors.DataError, "at least two classes"),
        (["a", "b", "c", "a"], {"classes": ["a", "b"]}, errors.DataError, "row 2 .*'c'"),
        (["a", "b", "c", "a"], {"classes": ["a", "b", "c", "a"]}, errors.UsageError, "'a'"),
        ([0, None, 1, 1], {}, errors.DataError, "row 1"),
        (["a", None, "b", "c"], {}, errors.DataError, "row 1"),
    ],
)
def test_targets_that_are_refused(y, keywords, kind, message):
    with pytest.raises(kind, match=message):
        array_rows(y, X, **keywords)


# --- missing values and weights ---------------------------------------------------------------------------------------

GAPS = "y,x,g,w,c\n1,2.5,a,1,u\n0,,a,1,u\n1,3.5,,2,v\n0,1.5,b,0,v\n,1.0,b,1,u\n0,4.5,b,1.5,\n1,5,a,1,w\n0,6,b,1,w\n"


def test_missing_values_name_row_and_column(tmp_path):
    for column, row in (("x", 1), ("g", 2), ("y", 4)):
        with pytest.raises(errors.DataError, match=f"column '{column}' must have a value; row {row} ") as caught:
            from_csv(tmp_path, GAPS, features=[] if column == "y" else [column])
        assert (caught.value.column, caught.value.row) == (column, row)
        assert "--missing drop" in caught.value.hint


def test_missing_values_are_dropped_and_counted(tmp_path):
    rows, learned = from_csv(tmp_path, GAPS, features=["x", "g"], weight="w", cluster="c", missing="drop")
    assert (learned.rows, learned.dropped, learned.weightless, learned.clusters) == (3, 4, 1, 2)
    np.testing.assert_array_equal(rows.design, [[2.5, 0], [5, 0], [6, 1]])
    np.testing.assert_array_equal(rows.weight, [1, 1, 1])
    np.testing.assert_array_equal(rows.cluster, [0, 1, 1])
    assert "4 rows were left out" in learned.notes[0]
    assert any("'b' of 'g' occurs in one row" in note for note in learned.notes)
    frame = pl.read_csv((GAPS).encode())
    same, also = array_rows("y", frame, features=["x", "g"], sample_weight="w", cluster="c", missing="drop")
    assert same.design.tobytes() == rows.design.tobytes()
    assert also.dropped == 4


def test_missing_numbers_of_an_array():
    gappy = np.array([[1.0, 2], [np.nan, 3], [4, 5], [7, 1]])
    with pytest.raises(errors.DataError, match="column 'x0' must have a value; row 1"):
        array_rows([0, 1, 1, 0], gappy)
    rows, learned = array_rows([0, 1, 1, 0], gappy, missing="drop")
    np.testing.assert_array_equal(rows.design, gappy[[0, 2, 3]])
    assert learned.dropped == 1
    rows, learned = array_rows([0, 1, 1, 0], gappy, sample_weight=[1, 0, 1, 1])
    np.testing.assert_array_equal(rows.target, [0, 1, 0])
    assert learned.weightless == 1
    gappy[1, 0] = -np.inf
    with pytest.raises(errors.DataError, match=r"row 1 .* is -inf"):
        array_rows([0, 1, 1, 0], gappy, missing="drop")
    gappy[1, 0] = 1e308
    gappy[2, 0] = 1.7e308  # the sum overflows, no number does
    assert array_rows([0, 1, 1, 0], gappy)[0].design is gappy


def test_rows_of_weight_zero_are_not_looked_at(tmp_path):
    text = "y,x,g,w\n1,2.5,a,1\n99,oops,zzz,0\n0,1.5,b,1\n1,2,b,2\n0,1,a,1\n"
    _, learned = from_csv(tmp_path, text, formula="C(g)", family="bernoulli", weight="w")
    assert learned.design.factors[0].levels == ("a", "b")
    assert (learned.rows, learned.weightless) == (4, 1)


@pytest.mark.parametrize("weight", [[1, -1, 1, 1], [1, np.inf, 1, 1], [1, -0.5, 0, 1]])
@pytest.mark.parametrize("role", ["sample_weight", "frequency"])
def test_weights_that_are_refused(weight, role):
    with pytest.raises(errors.DataError, match=f"column '{role}' must hold weights, finite and at least 0; row 1"):
        array_rows([0, 1, 1, 0], X, **{role: weight})


def test_weights_that_are_all_zero_or_missing():
    with pytest.raises(errors.DataError, match="all 0"):
        array_rows([0, 1, 1, 0], X, sample_weight=[0, 0, 0, 0])
    with pytest.raises(errors.DataError, match="row 3"):
        array_rows([0, 1, 1, 0], X, sample_weight=[1, 1, 1, np.nan])
    with pytest.raises(errors.DataError, match="must be a row to learn from"):
        array_rows([0, None, None, 0], X, sample_weight=[0, 1, 1, 0], missing="drop")


def test_offset_and_exposure():
    rows, _ = array_rows([1, 2, 3, 4], X, family="poisson", offset=[1, 2, 3, 4], exposure=[1, 10, 100, 0.5])
    np.testing.assert_allclose(rows.offset, np.arange(1, 5) + np.log([1, 10, 100, 0.5]))
    with pytest.raises(errors.DataError, match=r"'exposure' must hold exposures, above 0; row 2 .* is 0\.0"):
        array_rows([1, 2, 3, 4], X, family="poisson", exposure=[1, 1, 0, 1])


# --- predictors -------------------------------------------------------------------------------------------------------


def test_constant_columns():
    data = {"a": [1.0, 1, 1, 1], "g": ["u"] * 4, "b": [1.0, 2, 3, 4]}
    for column in ("a", "g"):
        with pytest.raises(
            errors.DataError, match=f"column '{column}' is .* in every row: the intercept says the same"
        ):
            array_rows([0, 1, 1, 0], data, features=[column, "b"])
    rows, _ = array_rows([0, 1, 1, 0], data, formula="0 + a + b")
    assert rows.columns == ("a", "b")
    with pytest.raises(errors.DataError, match="column 'x1' is 3 in every row"):
        array_rows([0, 1, 1, 0], np.array([[1.0, 3], [2, 3], [3, 3], [4, 3]]))
    with pytest.raises(errors.DataError, match="'a' is 1"):
        array_rows([0, 1, 1, 0], data, formula="0 + scale(a)")


def test_text_and_numbers_of_csv(tmp_path):
    text = "y,n,t,b,m\n1,1.5,x,true,1\n0,2,2,false,2\n1,-3e2,z,True,3\n0,+4,x,False,oops\n"
    rows, _ = from_csv(tmp_path, text, features=["n", "t", "b"])
    assert rows.columns == ("n", "t[T.x]", "t[T.z]", "b")
    np.testing.assert_array_equal(rows.design[:, 3], [1, 0, 1, 0])
    with pytest.raises(errors.DataError, match=r"column 'm' must hold numbers or labels; .* row 3 .*'oops'"):
        from_csv(tmp_path, text, features=["m"])
    assert from_csv(tmp_path, text, formula="C(m)")[0].columns == ("m[T.2]", "m[T.3]", "m[T.oops]")


def test_parquet_text_is_a_category_whatever_it_says(tmp_path):
    path = tmp_path / "a.parquet"
    pl.DataFrame({"y": [0, 1, 0, 1], "zip": ["01", "02", "01", "10"]}).write_parquet(path)
    with open_source([path]) as source:
        rows, _ = file_rows(source, Options("y", features=["zip"]))
    assert rows.columns == ("zip[T.2]", "zip[T.10]")


@pytest.mark.parametrize("bad", ["inf", "-inf", "1e999", "12345678901234567890123"])
def test_numbers_that_float64_has_not(tmp_path, bad):
    with pytest.raises(errors.DataError, match=r"column 'x' .* row 2 "):
        from_csv(tmp_path, f"y,x\n1,2\n0,3\n1,{bad}\n0,4\n", features=["x"])


@pytest.mark.parametrize(
    ("call", "value"), [("log", 0.0), ("log", -1.0), ("sqrt", -2.0), ("exp", 1e4), ("log1p", -1.0)]
)
def test_transforms_that_are_undefined(call, value):
    data = {"a b": [1.0, 2.0, value, 3.0]}
    with pytest.raises(errors.DataError, match=rf"{call}\(a b\) must be finite; row 2 .*'a b' = ") as caught:
        array_rows([0, 1, 1, 0], data, formula=f"{call}(`a b`)")
    assert caught.value.row == 2


def test_levels_never_seen():
    _, learned = array_rows([0, 1, 1, 0], {"g": ["a", "b", "b", "c"]}, features=["g"])
    with pytest.raises(errors.DataError, match=r"row 1 .*'d'") as caught:
        learned.design.matrix({"g": ["a", "d"]})
    assert (caught.value.column, caught.value.row, caught.value.value) == ("g", 1, "d")
    assert "'a', 'b', 'c'" in caught.value.hint
    with pytest.raises(errors.UsageError, match="'g'"):
        learned.design.matrix({"h": ["a"]})
    _, learned = array_rows([0, 1, 1, 0], {"g": [1, 2, 2, 3]}, formula="C(g)")
    np.testing.assert_array_equal(learned.design.matrix({"g": ["2", "3.0"]})[0], np.eye(2))


ODD = ["a + b", "x[T.y]", "`", "*", "^x$", "naïve", "价格", "", " ", "Intercept", "f0", "a.b", "1"]


def test_odd_names_of_columns(tmp_path):
    rng = np.random.default_rng(0)
    data = pl.DataFrame({name: rng.normal(size=9) for name in ODD}).with_columns(y=pl.Series(range(9)))
    path = tmp_path / "odd.parquet"
    data.write_parquet(path)
    with open_source([path]) as source:
        rows, learned = file_rows(source, Options("y", features=ODD, family="normal"))
    assert rows.columns == tuple(ODD)
    for j, name in enumerate(ODD):
        np.testing.assert_array_equal(rows.design[:, j], data[:, j].to_numpy(), name)
    assert Design.from_dict(learned.design.to_dict()).matrix(data)[0].tobytes() == rows.design.tobytes()
    formula = "`a + b`*`x[T.y]` + `*` + `^x$` + log(`1`)"
    rows, _ = array_rows("y", data.with_columns(pl.col("1").abs()), formula=formula, family="normal")
    assert rows.columns[-1] == "a + b:x[T.y]"


def test_columns_that_are_wrong():
    data = pandas.DataFrame({"a": [1.0, 2, 3, 5], "y": [0, 1, 1, 0]})
    cases = [
        (lambda: array_rows("y", data, features=["a", "a"]), "'a' is named twice"),
        (lambda: array_rows("y", data, features=["a", "y"]), "must not be what --target names; 'y' is"),
        (lambda: array_rows("y", data, formula="a*y"), "must not be what --target names; 'y' is"),
        (lambda: array_rows(data["y"], data), "must not be what y names"),
        (lambda: array_rows("y", data, features=["b"]), "called 'b'"),
        (lambda: array_rows("y", data, features=["a"], formula="a"), "both name them"),
        (lambda: array_rows([0, 1], data), "numbers of rows"),
        (lambda: array_rows([0, 1], X), "y 2, X 4"),
        (lambda: array_rows([0, 1, 1, 0], X[:, 0]), r"\(4,\)"),
        (lambda: array_rows([0, 1, 1, 0], np.array([["a"], ["b"], ["c"], ["d"]])), "x0 holds text"),
        (lambda: array_rows([0, 1, 1, 0], X, missing="maybe"), "maybe"),
    ]
    for call, message in cases:
        with pytest.raises(errors.UsageError, match=message):
            call()
    twice = pandas.concat([data, data[["a"]]], axis=1)
    with pytest.raises((errors.DataError, errors.UsageError), match="'a'"):
        array_rows("y", twice)


def test_empty_files_and_one_row(tmp_path):
    with pytest.raises(errors.DataError, match="at least one row"):
        from_csv(tmp_path, "y,x\n", features=["x"])
    with pytest.raises(errors.DataError, match="column 'x' is 1 in every row"):
        from_csv(tmp_path, "y,x\n1,1\n", features=["x"])
    rows, learned = from_csv(tmp_path, "y,x\n1,1\n")
    assert (learned.rows, rows.design.shape) == (1, (1, 0))
    with pytest.raises(errors.DataError, match="at least one row"):
        array_rows([], np.empty((0, 2)))


def test_nothing_that_was_handed_in_is_changed():
    y, weight = np.array([0.0, 1, np.nan, 0]), np.array([1.0, np.nan, 2, 1])
    before = (y.copy(), weight.copy())
    array_rows(y, X, sample_weight=weight, missing="drop", family="bernoulli")
    np.testing.assert_array_equal(y, before[0])
    np.testing.assert_array_equal(weight, before[1])


def test_kinds_are_decided_by_rows_that_count(tmp_path):
    text = "y,x,w\n1,2.5,1\n99,oops,0\n0,1.5,1\n1,2,2\n"
    rows, _ = from_csv(tmp_path, text, features=["x"], weight="w")
    assert rows.columns == ("x",)
    np.testing.assert_array_equal(rows.target, [1, 0, 1])
    with pytest.raises(errors.DataError, match=r"column 'x' must hold numbers or labels; .* row 1 "):
        from_csv(tmp_path, text, features=["x"])


def test_labels_that_are_mostly_numbers(tmp_path):
    text = "y,x\n1,2.5\n2,3\nother,1.5\n2,2\n"
    with pytest.raises(errors.DataError, match="'other'") as caught:
        from_csv(tmp_path, text, features=["x"])
    assert "--family categorical" in caught.value.hint
    rows, learned = from_csv(tmp_path, text, features=["x"], family="categorical")
    assert learned.design.target.levels == ("1", "2", "other")
    assert from_csv(tmp_path, text.replace("1,2.5", "2,2.5"), features=["x"], positive="other")[0].target.sum() == 1
    with pytest.raises(errors.UsageError, match="Multinomial"):
        from_csv(tmp_path, text.replace("other", "3"), features=["x"], family="multinomial")
    np.testing.assert_array_equal(rows.target, [0, 1, 2, 1])
