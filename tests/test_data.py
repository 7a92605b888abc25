"""Reading files: every value is the number or label that is written there, or it is said not to be."""

import struct
from fractions import Fraction

import numpy as np
import polars as pl
import pytest

from crossent import errors
from crossent.data import columns, open_source
from crossent.data.files import csv_header, data_file


def text_file(folder, content, name="data.csv"):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def read(path, *names, **options):
    """All rows of these columns, as lists, and the batches' places."""
    with open_source([path], **options) as source:
        batches = list(source.batches(names or source.columns, 2))
    values = {name: [v for batch in batches for v in batch.columns[name].to_list()] for name in batches[0].columns}
    return values, [(batch.row, batch.height) for batch in batches]


def test_batches_are_numbered_in_the_files_order(tmp_path):
    path = text_file(tmp_path, "y,p\n" + "".join(f"{k},0.{k}\n" for k in range(7)))
    values, places = read(path)
    assert [str(k) for k in range(7)] == values["y"]
    assert sum(height for _, height in places) == 7
    assert [row for row, _ in places] == list(np.cumsum([0, *(height for _, height in places)])[:-1])


def test_types_are_not_guessed_from_the_first_rows(tmp_path):
    rows = "".join("0\n" for _ in range(5000))
    path = text_file(tmp_path, "y\n" + rows + "0.5\nyes\n")
    values, _ = read(path)
    assert values["y"][-2:] == ["0.5", "yes"]


@pytest.mark.parametrize("name", ["*", "^p.*$", "[b]p[/b]", "a\nb", "p,q", '"', " p", "p ", "é", "日本", "y", "<b>"])
def test_any_column_name_is_that_column(tmp_path, name):
    csv = tmp_path / "names.csv"
    table = pl.DataFrame({"first": ["1", "2"], name: ["3", "4"], "last": ["5", "6"]})
    table.write_csv(csv)
    table.write_parquet(tmp_path / "names.parquet")
    for path in (csv, tmp_path / "names.parquet"):
        values, _ = read(path, name, "last")
        assert values == {name: ["3", "4"], "last": ["5", "6"]}


def test_a_byte_order_mark_is_no_part_of_the_first_name(tmp_path):
    path = text_file(tmp_path, b"\xef\xbb\xbfy,p\n1,0.5\n")
    assert csv_header(data_file(path, "x")) == ["y", "p"]
    assert read(path)[0] == {"y": ["1"], "p": ["0.5"]}


def test_a_repeated_name_is_refused_only_if_it_is_asked_for(tmp_path):
    path = text_file(tmp_path, "y,p,p\n1,2,3\n")
    with open_source([path]) as source:
        source.require("y", "--target")
        with pytest.raises(errors.DataError, match="2 are called 'p'"):
            source.require("p", "--probs")


def test_an_unknown_column_names_the_columns_and_the_nearest(tmp_path):
    path = text_file(tmp_path, "target,prob\n1,0.5\n")
    with open_source([path]) as source, pytest.raises(errors.UsageError) as raised:
        source.require("probs", "--probs")
    assert "did you mean 'prob'" in str(raised.value)
    assert "'target', 'prob'" in str(raised.value)


def test_another_separator_is_suggested_and_taken(tmp_path):
    path = text_file(tmp_path, "y;p\n1;0.5\n")
    with open_source([path]) as source, pytest.raises(errors.UsageError, match="--separator ';'"):
        source.require("y", "--target")
    for separator in (";", "semicolon"):
        assert read(path, separator=separator)[0] == {"y": ["1"], "p": ["0.5"]}


def test_tsv_files_are_separated_by_tabs(tmp_path):
    assert read(text_file(tmp_path, "y\tp\n1\t2\n", "data.tsv"))[0] == {"y": ["1"], "p": ["2"]}


# --- which files ------------------------------------------------------------------------------------------------------


def test_folders_and_globs_name_many_files_in_order(tmp_path):
    for k in (2, 0, 1):
        text_file(tmp_path, f"y\n{k}\n", f"part-{k}.csv")
    text_file(tmp_path, "y\n9\n", ".hidden.csv")
    text_file(tmp_path, "not a table", "README.md")
    for named in (tmp_path, tmp_path / "part-*.csv", str(tmp_path / "part-[0-9].csv")):
        assert read(named)[0] == {"y": ["0", "1", "2"]}


def test_a_file_whose_name_is_a_pattern_is_that_file(tmp_path):
    path = text_file(tmp_path, "y\n1\n", "part[1].csv")
    text_file(tmp_path, "y\n2\n", "part1.csv")
    assert read(path)[0] == {"y": ["1"]}


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ([], "at least one file"),
        (["none.csv"], "must exist"),
        (["*.nothing"], "matches none"),
        (["empty"], "holds none"),
        (["a.csv", "a.csv"], "named twice"),
        (["a.csv", "*.csv"], "named twice"),
        (["a\0.csv"], "must exist"),
    ],
)
def test_files_that_are_not_there_are_usage_errors(tmp_path, monkeypatch, names, words):
    monkeypatch.chdir(tmp_path)
    text_file(tmp_path, "y\n1\n", "a.csv")
    (tmp_path / "empty").mkdir()
    with pytest.raises(errors.UsageError, match=words), open_source(names):
        pass


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "x.csv", "empty"),
        (b"", "x.parquet", "empty"),
        (b"\n", "x.csv", "empty"),
        (b"y,p\n1,2\n", "x.parquet", "begin with PAR1"),
        (b"PAR1", "x.parquet", "cannot be read"),
        (b"PAR1PAR1", "x.csv", "cannot be read"),
        ("\ufeffy\n1".encode("utf-16-le"), "x.csv", "UTF-16"),
        (b"y,\xff\n1,2\n", "x.csv", "not UTF-8"),
        (b"\x1f\x8b\x08", "x.csv", "gzip"),
        (b"ARROW1\0\0", "x.arrow", "Arrow IPC"),
        (b"a\0b\n1", "x.csv", "NUL"),
        (b'"y,p\n1,2\n' + b"x" * 200_000, "x.csv", "quote"),
        (b"y\n1\n\xff\n", "x.csv", "not UTF-8"),
        (b"y\n" + b"1\n" * 100_000 + b"\xff\n", "x.csv", "utf-8"),
        (b"y\n1,2,3\n", "x.csv", "cannot be read"),
    ],
)
def test_files_that_are_no_tables_are_data_errors(tmp_path, content, name, words):
    path = text_file(tmp_path, content, name)
    with pytest.raises(errors.DataError, match=words):
        read(path)


def test_every_truncation_of_a_parquet_file_is_a_data_error(tmp_path):
    whole = tmp_path / "whole.parquet"
    pl.DataFrame({"y": [0, 1, 1], "p": [0.1, 0.2, 0.3]}).write_parquet(whole)
    content = whole.read_bytes()
    cut = tmp_path / "cut.parquet"
    for length in range(len(content)):
        cut.write_bytes(content[:length])
        with pytest.raises(errors.DataError):
            read(cut)


# --- numbers ----------------------------------------------------------------------------------------------------------


def numbers_of(values, dtype=None, **options):
    read = columns.numbers(pl.Series(values, dtype=dtype), "x", **options)
    bad = np.zeros(len(values), bool) if read.bad is None else read.bad
    return [None if wrong else float(value) for value, wrong in zip(read.values, bad, strict=True)]


def test_decimal_text_is_read_to_the_nearest_float():
    rng = np.random.default_rng(1)
    texts = [repr(struct.unpack("d", rng.bytes(8))[0]) for _ in range(20_000)]
    texts += [f"0.{digits}" for digits in rng.integers(0, 2**62, 20_000)]
    texts += [f"{a}.{b}e{c}" for a, b, c in zip(*rng.integers(0, 300, (3, 20_000)), strict=True)]
    kept = [text for text in texts if "nan" not in text and abs(float(text)) < np.inf]
    assert len(kept) > 50_000
    read = numbers_of(kept)
    assert all(value is not None or abs(Fraction(text)) > 2**53 for value, text in zip(read, kept, strict=True))
    assert all(value == float(text) for value, text in zip(read, kept, strict=True) if value is not None)


def test_text_that_is_no_number_is_marked():
    good = {"1": 1, " 1": 1, "1\t": 1, "+1": 1, ".5": 0.5, "5.": 5, "1e3": 1000, "inf": np.inf, "-Infinity": -np.inf}
    bad = ["NA", "", None, "1e400", "-1e400", "0,5", "1_0", "0x1", "true", "one", "1e", "\u00bd", "\u0661", "1\0"]
    assert numbers_of([*good, *bad]) == [*good.values(), *[None] * len(bad)]


@pytest.mark.parametrize("values", [[2**53], ["9007199254740992"], ["9007199254740993"], [2**53 + 1], [-(2**60)]])
def test_integers_beyond_2_53_are_marked(values):
    expected = float(values[0]) if abs(int(values[0])) <= 2**53 else None
    assert numbers_of(values) == [expected]


def test_truth_words_only_where_they_are_meant():
    assert numbers_of(["true", "FALSE", "1", "yes"], truth_words=True) == [1, 0, 1, None]
    assert numbers_of([True, False, None]) == [1, 0, None]


@pytest.mark.parametrize("dtype", [pl.Int8, pl.UInt64, pl.Float32, pl.Float64, pl.Int128, pl.Decimal(10, 2)])
def test_every_type_of_number_is_read(dtype):
    assert numbers_of([0, 1, None, 7], dtype) == [0, 1, None, 7]


def test_types_that_are_no_numbers_are_refused():
    with pytest.raises(errors.DataError, match="must hold numbers or text; its type is List"):
        columns.numbers(pl.Series([[1], [2]]), "x")


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "missing"), ("  ", "missing"), ("0,5", "decimal comma"), ("1e400", "beyond the range"),
        ("9007199254740993", "beyond 2^53"), ("abc", "no number"), (2**60, "beyond 2^53"),
    ],
)  # fmt: skip
def test_why_a_value_is_bad(value, words):
    assert words in columns.why_bad(value)


# --- labels -----------------------------------------------------------------------------------------------------------

FEW_VALUES = ["b", None, "a", "a", "", "é", "a\n", "b", None, "c"]
LABEL_COLUMNS = {
    "few": FEW_VALUES * 7,
    "sorted": sorted(value for value in FEW_VALUES * 7 if value is not None),
    "new values late": ["a", "b"] * 20 + [None, "c", "a", "d", "e"] * 3,
    "more values than are remembered": [f"value {k % 40}" for k in range(90)],
    "nothing first": [None] * 30 + ["a", "b"] * 9,
    "nothing at all": [None] * 20,
}


@pytest.mark.parametrize("kind", ["parquet", "csv"])
@pytest.mark.parametrize("rows", [3, 25, 1000])
@pytest.mark.parametrize("values", LABEL_COLUMNS.values(), ids=LABEL_COLUMNS)
def test_labels_are_the_values_of_their_rows(tmp_path, values, rows, kind):
    numbers = [float(k) for k in range(len(values))]
    table = pl.DataFrame({"which": numbers, "^x.*$": values}, schema={"which": pl.Float64, "^x.*$": pl.String})
    path = tmp_path / f"labels.{kind}"
    table.write_parquet(path) if kind == "parquet" else table.write_csv(path, quote_style="always")
    with open_source([path]) as source:
        batches = list(source.batches(["which"], rows, labels="^x.*$"))
        plain = [value for batch in source.batches(["^x.*$"], rows) for value in batch.columns["^x.*$"].to_list()]
    assert plain == values or kind == "csv"  # where nothing and "" are the same
    assert [batch.labels[k] for batch in batches for k in range(batch.height)] == plain
    assert [float(v) for batch in batches for v in batch.columns["which"]] == numbers
    assert [batch.row for batch in batches] == list(np.cumsum([0, *(batch.height for batch in batches)])[:-1])
    assert all(len(batch.labels.which) == batch.height for batch in batches)


@pytest.mark.parametrize(
    "values",
    [[1, 2, None, 3] * 5, [True, None, False] * 5, [1.5, float("inf"), -0.5] * 5, list(range(50))],
    ids=["integers", "truth", "floats", "many integers"],
)
def test_labels_need_not_be_text(tmp_path, values):
    pl.DataFrame({"y": values}).write_parquet(tmp_path / "y.parquet")
    pl.DataFrame({"y": list(map(str, values))}, schema={"y": pl.Categorical}).write_parquet(tmp_path / "text.parquet")
    for name, wanted in (("y", values), ("text", list(map(str, values)))):
        with open_source([tmp_path / f"{name}.parquet"]) as source:
            batches = list(source.batches([], 4, labels="y"))
        assert [batch.labels[k] for batch in batches for k in range(batch.height)] == wanted
