"""Whatever a file holds, the command answers or says what is wrong: exit code 0, 2 or 3, and never a traceback."""

import random

import polars as pl
import pytest

from crossent import cli

VALUES = (
    "NA", " 1", "1e400", "0,5", "", '""', "nan", "inf", "-inf", "1", "0", "true", "1\0", "\u0661", "-0", "9" * 400,
    "[red]x[/red]", "<b>",
)  # fmt: skip
NAMES = (
    "[bold]y[/bold]", "[/]", "a\nb", "\x1b[31mred", "日本", "<script>", "*", "^y$", "--y", "y,z", '"', "\u202e", "",
)  # fmt: skip


def run(capfd, *arguments):
    code = cli.main(list(arguments))
    printed = capfd.readouterr()
    assert "Traceback" not in printed.err + printed.out
    assert code in (0, 2, 3), printed.err
    assert (code == 0) == bool(printed.out)
    assert (code != 0) == ("crossent: " in printed.err and "warning" not in printed.err[:20])
    return code, printed.out, printed.err


@pytest.mark.parametrize("column", ["y", "p", "w"])
@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("on_bad", ["error", "skip"])
def test_awkward_values(tmp_path, capfd, column, value, on_bad):
    row = {"y": "1", "p": "0.5", "w": "1"}
    lines = ["y,p,w", ",".join(row.values()), ",".join((row | {column: f'"{value}"'}).values())]
    path = tmp_path / "data.csv"
    path.write_bytes("\n".join(lines).encode() + b"\n")
    given = ("score", str(path), "--probs", "p", "--weight", "w", "--on-bad", on_bad, "--json")
    for options in (["--target", "y"], ["--target", "y", "--positive", "1"]):
        code, _, _ = run(capfd, *given, *options)
        if on_bad == "skip" and column != "y":
            assert code == 0


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_awkward_names(tmp_path, capfd, name, kind):
    path = tmp_path / f"data.{kind}"
    table = pl.DataFrame({"before": [1, 2], name: [1, 0], "p": [0.5, 0.25]})
    table.write_csv(path) if kind == "csv" else table.write_parquet(path)
    code, out, err = run(capfd, "score", str(path), f"--target={name}", "--probs", "p")
    if name:
        assert code == 0
        assert "\x1b[31m" not in out + err
        assert "\u202e" not in out
    code, out, err = run(capfd, "score", str(path), "--target", "missing", "--probs", "p")
    assert code == 2
    assert "\x1b" not in err


def test_awkward_file_names(tmp_path, capfd):
    for name in ("[red]x[red].csv", "a b.csv", "*.csv", "日本.csv", "-x.csv"):
        (tmp_path / name).write_text("y,p\n1,0.5\n")
        assert run(capfd, "score", str(tmp_path / name), "--target", "y", "--probs", "p")[0] == 0
        (tmp_path / name).unlink()


def test_random_bytes_and_damaged_files(tmp_path, capfd):
    chance = random.Random(0)
    table = pl.DataFrame({"y": [0, 1, 1] * 40, "p": [0.1, 0.2, 0.3] * 40})
    table.write_parquet(tmp_path / "good.parquet")
    table.write_csv(tmp_path / "good.csv")
    for kind in ("csv", "parquet"):
        good = (tmp_path / f"good.{kind}").read_bytes()
        path = tmp_path / f"damaged.{kind}"
        for _ in range(60):
            damaged = bytearray(good)
            for _ in range(chance.choice([1, 1, 3])):
                damaged[chance.randrange(len(damaged))] = chance.randrange(256)
            path.write_bytes(bytes(damaged))
            on_bad = chance.choice(["error", "skip"])
            cli.main(["score", str(path), "--target", "y", "--probs", "p", "--json", "--on-bad", on_bad])
            # polars reports a panic of its own on stderr before it raises: only what crossent adds is looked at
            assert 'File "' not in capfd.readouterr().err
        for length in range(0, len(good), 7):
            path.write_bytes(good[:length])
            code = cli.main(["score", str(path), "--target", "y", "--probs", "p", "--json"])
            capfd.readouterr()
            assert code in ((3,) if kind == "parquet" else (0, 2, 3))
