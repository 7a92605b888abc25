"""The same rows give the same bits, whether they come from files of any kind, in any batches, or from arrays."""

import json
import os
import subprocess
import sys
from itertools import pairwise

import numpy as np
import pandas
import polars as pl
import pytest
from test_fit_design import frame

from crossent import errors
from crossent.data import open_source
from crossent.fitting.chunks import ArrayRows
from crossent.fitting.design import file_rows as module
from crossent.fitting.design import regroup
from crossent.fitting.design.array_rows import array_rows
from crossent.fitting.design.file_rows import TableRows, file_rows
from crossent.fitting.design.learn import learn
from crossent.fitting.design.options import Options
from crossent.fitting.design.tables import FileTable

ROWS = 260
FORMULA = "scale(age)*region + poly(bmi, 3) + C(k) + flag - 1"
FIELDS = ("target", "design", "low", "offset", "frequency", "weight", "cluster")


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(0)
    return frame(0, ROWS).assign(
        y=rng.poisson(3.0, ROWS), often=rng.integers(0, 3, ROWS), w=rng.gamma(2.0, size=ROWS).round(3),
        who=rng.choice(list("pqrstuv"), ROWS), hours=rng.gamma(2.0, size=ROWS), shift=rng.normal(size=ROWS),
    )  # fmt: skip


OPTIONS = Options(
    "y", formula=FORMULA, family="poisson", frequency="often", weight="w", cluster="who", exposure="hours",
    offset="shift",
)  # fmt: skip


@pytest.fixture
def small_chunks(monkeypatch):
    monkeypatch.setattr(regroup, "CHUNK", 32)


@pytest.fixture
def full_disk(monkeypatch):
    monkeypatch.setattr(module, "room_for", lambda size: False)


def written(table, folder, kind):
    frame = pl.DataFrame({name: table[name].tolist() for name in table.columns})
    paths = []
    cuts = {"csv": [0, ROWS], "parquet": [0, ROWS], "several": [0, 1, 90, 91, 200, ROWS]}[kind]
    for k, (start, stop) in enumerate(pairwise(cuts)):
        path = folder / f"part{k}.{'csv' if kind == 'csv' or (kind == 'several' and k % 2) else 'parquet'}"
        part = frame[start:stop]
        part.write_csv(path) if path.suffix == ".csv" else part.write_parquet(path, row_group_size=50)
        paths.append(path)
    return paths


def whole(chunks, name):
    parts = [getattr(chunk, name) for chunk in chunks]
    if name == "low":
        parts = [np.zeros_like(chunk.design) if chunk.low is None else chunk.low for chunk in chunks]
    return None if parts[0] is None else np.concatenate(parts)


@pytest.mark.parametrize("batch", [1, 7, 1_000])
@pytest.mark.parametrize("kind", ["csv", "parquet", "several"])
def test_files_and_arrays_give_the_same_bits(table, tmp_path, kind, batch, small_chunks):
    names = ("often", "w", "who", "hours", "shift")
    expected, learned = array_rows(
        table["y"], table, family="poisson", formula=FORMULA,
        **dict(zip(("frequency", "sample_weight", "cluster", "exposure", "offset"), names, strict=True)),
    )  # fmt: skip
    assert 130 < learned.rows == int((table["often"] > 0).sum())
    assert learned.clusters == 7
    with open_source(written(table, tmp_path, kind)) as source:
        files = FileTable(source, batch_rows=batch)
        found = learn(files, OPTIONS)
        assert found.design == learned.design
        rows = TableRows(files, found.design)
        chunks, again = list(rows.chunks()), list(rows.chunks())
        loaded = rows.load(found.rows)
    assert [chunk.rows for chunk in chunks[:-1]] == [32] * (len(chunks) - 1)
    assert [chunk.row for chunk in chunks] == list(range(0, learned.rows, 32))
    for name in FIELDS:
        wanted = getattr(expected, name)
        wanted = np.zeros_like(expected.design) if name == "low" and wanted is None else wanted
        for one in (whole(chunks, name), whole(again, name), getattr(loaded, name)):
            assert one.dtype == wanted.dtype, name
            assert one.tobytes() == wanted.tobytes(), name
    assert loaded.columns == expected.columns == rows.columns


def test_what_fits_into_memory_is_read_once(table, tmp_path, monkeypatch, full_disk):
    reads = []
    stream = FileTable.batches

    def counted(self, names):
        reads.append(self.is_slow)
        return stream(self, names)

    monkeypatch.setattr(FileTable, "batches", counted)
    with open_source(written(table, tmp_path, "parquet")) as source:
        kept, learned = file_rows(source, OPTIONS)
        assert isinstance(kept, ArrayRows)
        assert reads == [True, False]
        streamed, _ = file_rows(source, OPTIONS, memory=0)
        assert isinstance(streamed, TableRows)
        (chunk,) = streamed.chunks()
    assert chunk.design.tobytes() == kept.design.tobytes()
    assert learned.notes == ()


def test_frames_of_every_kind(table):
    wanted, _ = array_rows("y", table, family="poisson", features=["age", "region", "flag", "k"])
    as_polars = pl.DataFrame({name: table[name].tolist() for name in table.columns})
    as_categories = table.assign(region=table["region"].astype("category"))
    for other in (
        as_polars, as_polars.lazy(), as_polars.with_columns(pl.col("region").cast(pl.Categorical)), as_categories,
        table.to_dict("list"), table.convert_dtypes(), {name: table[name].to_numpy() for name in table},
    ):  # fmt: skip
        rows, _ = array_rows("y", other, family="poisson", features=["age", "region", "flag", "k"])
        assert rows.columns == wanted.columns
        assert rows.design.tobytes() == wanted.design.tobytes()
        assert rows.target.tobytes() == wanted.target.tobytes()


def test_arrow_tables(table):
    arrow = pytest.importorskip("pyarrow")
    rows, _ = array_rows("y", arrow.Table.from_pandas(table), family="poisson", features=["age", "region", "flag"])
    wanted, _ = array_rows("y", table, family="poisson", features=["age", "region", "flag"])
    assert rows.design.tobytes() == wanted.design.tobytes()


def test_an_array_is_taken_as_it_is():
    X = np.random.default_rng(0).normal(size=(500, 4))
    y = (X[:, 0] > 0).astype(float)
    rows, learned = array_rows(y, X)
    assert rows.design is X
    assert rows.target is y or np.shares_memory(rows.target, y)
    assert rows.columns == ("x0", "x1", "x2", "x3")
    assert learned.design.target.family == "Bernoulli"
    for other in (np.asfortranarray(X), X.tolist(), X[::1, :]):
        assert array_rows(y, other)[0].design.tobytes() == X.tobytes()
    assert array_rows(y, X.astype(np.float32))[0].design.dtype == np.float64
    again, _ = array_rows(y, X, formula="x0*x2")
    np.testing.assert_array_equal(again.design, np.column_stack([X[:, 0], X[:, 2], X[:, 0] * X[:, 2]]))


MEMORY = """
import json, sys
from crossent.data import open_source
from crossent.fitting.design.file_rows import file_rows
from crossent.fitting.design.options import Options
with open_source([sys.argv[1]]) as source:
    rows, learned = file_rows(source, Options("y", features=[f"x{j}" for j in range(8)], family="normal"), memory=0)
    seen = sum(chunk.rows for chunk in rows.chunks())
peak = next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(json.dumps([seen, int(peak)]))
"""


def test_memory_stays_flat(tmp_path):
    rng = np.random.default_rng(0)
    used = {}
    for rows in (1_000_000, 3_000_000):
        path = tmp_path / f"{rows}.parquet"
        columns = {f"x{j}": rng.normal(size=rows) for j in range(8)} | {"y": rng.normal(size=rows)}
        pl.DataFrame(columns).write_parquet(path, row_group_size=100_000)
        done = subprocess.run([sys.executable, "-c", MEMORY, os.fspath(path)], capture_output=True, check=True)
        seen, used[rows] = json.loads(done.stdout)
        assert seen == rows
    grown = (used[3_000_000] - used[1_000_000]) / 1024
    assert grown < 70, f"{grown:.0f} MB more for 144 MB more of data"


def test_a_reader_that_stops_early_leaves_no_thread(table, tmp_path, small_chunks, full_disk):
    import threading

    with open_source(written(table, tmp_path, "parquet")) as source:
        rows, _ = file_rows(source, OPTIONS, memory=0)
        chunks = rows.chunks()
        next(chunks)
        assert any("reading-ahead" in thread.name for thread in threading.enumerate())
        chunks.close()
    assert not any("reading-ahead" in thread.name for thread in threading.enumerate())


def test_an_error_in_the_second_pass_is_raised_where_it_is_used(tmp_path, small_chunks, full_disk):
    path = tmp_path / "a.csv"
    path.write_text("y,x\n" + "".join(f"{k % 5},{k}.5\n" for k in range(300)))
    with open_source([path]) as source:
        rows, _ = file_rows(source, Options("y", features=["x"], family="poisson"), memory=0)
        path.write_text(path.read_text().replace("250.5", "oops"))
        with pytest.raises(errors.DataError, match=r"row 250 .*'oops'"):
            list(rows.chunks())


def test_pandas_index_does_not_matter():
    data = pandas.DataFrame({"a": [1.0, 2.0, 4.0]}, index=[7, 7, 9])
    rows, _ = array_rows(pandas.Series([0, 1, 5], index=[1, 2, 3]), data)
    np.testing.assert_array_equal(rows.design[:, 0], [1, 2, 4])
