"""Tables larger than memory: what was read once is kept in a scratch file, with the same bits."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import crossent as ce
from crossent.data import open_source
from crossent.fitting.chunks import CHUNK, ArrayRows, Chunk
from crossent.fitting.design import file_rows as reading
from crossent.fitting.design.learn import Options
from crossent.fitting.design.spool import Spool
from crossent.fitting.files import fit_files

ROWS = 150_000


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(ROWS, 3))
    y = (rng.random(ROWS) < 1 / (1 + np.exp(-x @ [0.5, -1.0, 0.2]))).astype(int)
    region = np.array(["north", "south", "west"])[rng.integers(0, 3, ROWS)]
    path = tmp_path_factory.mktemp("spool") / "table.parquet"
    frame = pl.DataFrame({"y": y, "a": x[:, 0], "b": x[:, 1], "c": x[:, 2], "region": region, "w": rng.random(ROWS)})
    frame.write_parquet(path)
    return path


def same(one: Chunk, other: Chunk) -> bool:
    return all(np.array_equal(getattr(one, each.name), getattr(other, each.name)) for each in fields(Chunk))


@pytest.mark.parametrize("features", [["a", "b", "c"], ["a", "region"]])
def test_chunks_of_the_scratch_file_are_those_of_memory(file: Path, features: list[str]) -> None:
    options = Options("y", features=features, weight="w")
    with open_source([file]) as source:
        kept, _ = reading.file_rows(source, options, memory=1 << 32)
        spooled, learned = reading.file_rows(source, options, memory=0)
        assert isinstance(kept, ArrayRows)
        assert isinstance(spooled, Spool)
        assert spooled.columns == kept.columns == learned.design.columns
        for _ in range(2):
            pairs = list(zip(kept.chunks(), spooled.chunks(), strict=True))
            assert len(pairs) == -(-ROWS // CHUNK)
            assert all(same(one, other) for one, other in pairs)


def test_a_fit_of_a_spooled_file_ends_where_one_in_memory_does(file: Path) -> None:
    fits = [fit_files([file], "y", features=["a", "b", "region"], memory=memory) for memory in (0, 1 << 32)]
    for one, other in zip(fits[0].parameters, fits[1].parameters, strict=True):
        assert abs(one.estimate - other.estimate) < 1e-6 * other.standard_error
        assert one.standard_error == pytest.approx(other.standard_error, rel=1e-6)


def test_a_full_disk_is_an_error_that_names_the_folder(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full:
        def tell(self) -> int:
            return 0

        def write(self, data: object) -> int:
            raise OSError(28, "No space left on device")

        def close(self) -> None:
            return None

    monkeypatch.setattr("tempfile.TemporaryFile", lambda **_: Full())
    with pytest.raises(ce.errors.DataError, match=r"No space left on device[\s\S]*TMPDIR"):
        fit_files([file], "y", features=["a"], memory=0)


def test_without_room_the_files_are_read_anew(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "room_for", lambda size: False)
    with open_source([file]) as source:
        rows, _ = reading.file_rows(source, Options("y", features=["a"]), memory=0)
    assert isinstance(rows, reading.TableRows)
