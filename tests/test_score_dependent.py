"""`score` with clusters and times: the same errors as of the losses alone, the same bytes, bad rows named."""

import json
from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest
import statsmodels.api as sm

import crossent as ce
from crossent.cli import main
from crossent.independence.cost import mean_error
from crossent.report.summary import score_lines
from crossent.scoring import score_files

N = 2000


def table(seed=0):
    rng = np.random.default_rng(seed)
    group, wave = rng.integers(0, 90, N), np.convolve(rng.normal(size=N + 49), np.ones(50) / 7, "valid")
    p = rng.uniform(0.05, 0.95, N)
    eta = np.log(p / (1 - p)) + rng.normal(size=90)[group] + wave
    start = datetime(2024, 1, 1)
    return pl.DataFrame(
        {
            "y": (rng.random(N) < 1 / (1 + np.exp(-eta))).astype(int),
            "p": p,
            "g": group,
            "t": [start + timedelta(minutes=11 * k) for k in range(N)],
            "day": [(start + timedelta(minutes=11 * k)).date() for k in range(N)],
            "w": rng.gamma(0.5, 1, N) * (rng.random(N) < 0.9),
        }
    )


def losses(frame):
    y, p = frame["y"].to_numpy(), frame["p"].to_numpy()
    return np.asarray(ce.Bernoulli(probs=p).nll(y))


WAYS = {
    "cluster": {"cluster": "g"},
    "time": {"time": "t"},
    "ties": {"time": "day"},
    "bartlett": {"time": "t", "serial": "bartlett"},
    "lags": {"time": "t", "serial": "bartlett", "lags": 9},
}


@pytest.mark.parametrize("weight", [None, "w"])
@pytest.mark.parametrize("way", WAYS)
def test_files_arrays_and_losses_agree(tmp_path, way, weight):
    frame, options = table(), WAYS[way]
    paths = [tmp_path / "rows.parquet", tmp_path / "rows.csv", tmp_path / "shuffled.parquet"]
    frame.write_parquet(paths[0])
    frame.write_csv(paths[1])
    frame.sample(fraction=1, shuffle=True, seed=3).write_parquet(paths[2])
    made = [
        score_files([path], "y", probs="p", weight=weight, batch_rows=rows, **options).to_json()
        for path, rows in zip(paths, (None, 171, 450), strict=True)
    ]
    assert made[0] == made[1] == made[2]
    found = json.loads(made[0])["cross_entropy"]
    column = next(iter(options.values()))
    given = {"cluster" if way == "cluster" else "time": frame[column]} | dict(list(options.items())[1:])
    w = None if weight is None else frame["w"].to_numpy()
    arrays = ce.score(frame["y"], ce.Bernoulli(probs=frame["p"]), sample_weight=w, **given)
    assert json.loads(arrays.to_json())["cross_entropy"] == found
    keep = np.ones(N, bool) if w is None else w > 0
    given = {k: v.filter(pl.Series(keep)) if isinstance(v, pl.Series) else v for k, v in given.items()}
    alone = mean_error(losses(frame)[keep], None if w is None else w[keep], **given)
    for key in ("standard_error", "effective_n", "understated", "naive_standard_error"):
        assert found[key] == pytest.approx(getattr(alone, key), rel=1e-11), key
    assert found["ci95"] == pytest.approx(list(alone.ci95), rel=1e-11)
    assert found["ci95_method"] == alone.method
    assert found["standard_error"] != found["naive_standard_error"]


def test_the_errors_are_those_of_statsmodels():
    frame = table()
    x, one = losses(frame), np.ones((N, 1))
    p = ce.Bernoulli(probs=frame["p"])
    peer = sm.OLS(x, one).fit(cov_type="cluster", cov_kwds={"groups": frame["g"].to_numpy(), "use_correction": False})
    made = ce.score(frame["y"], p, cluster=frame["g"])
    assert made.standard_error == pytest.approx(peer.bse[0] * np.sqrt(90 / 89), rel=1e-10)
    peer = sm.OLS(x, one).fit(cov_type="HAC", cov_kwds={"maxlags": 21})
    made = ce.score(frame["y"], p, time=frame["t"], serial="bartlett", lags=21)
    assert made.standard_error == pytest.approx(peer.bse[0], rel=1e-10)


def test_without_either_nothing_has_changed():
    frame = table()
    found = ce.score(frame["y"], ce.Bernoulli(probs=frame["p"])).to_dict()
    assert found["cross_entropy"]["ci95_method"] == "normal quantile"
    assert found["cross_entropy"]["effective_n"] == N
    assert not {"clusters", "basis", "understated"} & found["cross_entropy"].keys()
    assert "notes" not in found


def test_few_clusters_are_a_warning_and_a_note():
    frame = table()
    with pytest.warns(UserWarning, match="Only 3 clusters"):
        found = ce.score(frame["y"], ce.Bernoulli(probs=frame["p"]), cluster=frame["g"] % 3)
    assert "Only 3 clusters" in found.to_dict()["notes"][0]
    assert any("fewer than 20" in line.remark for line in score_lines(found))


def test_an_infinite_loss_has_no_error():
    found = ce.score([1, 0, 1, 1, 0], ce.Bernoulli(probs=[0.5, 1.0, 0.5, 0.4, 0.3]), cluster=list("aabbc"))
    assert (found.standard_error, found.ci95, found.effective_n) == (None, None, 5.0)


@pytest.mark.filterwarnings("ignore:Only 3 clusters")
def test_rows_that_do_not_count_are_not_looked_at():
    y, p, w = [1, 0, 1, 1, 0, 1], ce.Bernoulli(probs=[0.5, 0.9, 0.5, 0.4, 0.3, 0.2]), [1, 0, 1, 1, 1, 1]
    keep = [k for k in range(6) if w[k]]
    few = ce.Bernoulli(probs=np.array([0.5, 0.9, 0.5, 0.4, 0.3, 0.2])[keep])
    cells = ["a", None, "b", "b", "c", "c"]
    weighted = ce.score(y, p, sample_weight=w, cluster=cells)
    masked = ce.score(y, p, mask=np.array(w, bool), cluster=cells)
    alone = ce.score(np.array(y)[keep], few, cluster=[cells[k] for k in keep])
    assert weighted.standard_error == masked.standard_error == alone.standard_error
    weighted = ce.score(y, p, sample_weight=w, time=["1", None, "3", "4", "5", "6"])
    assert weighted.standard_error == ce.score(np.array(y)[keep], few, time=[1, 3, 4, 5, 6]).standard_error


# --- the command ------------------------------------------------------------------------------------------------------


def command(capsys, *words):
    code = main([str(word) for word in words])
    shown = capsys.readouterr()
    return code, shown.out, shown.err


def test_the_command_prints_what_it_took(tmp_path, capsys):
    path = tmp_path / "rows.csv"
    table().write_csv(path)
    base = ("score", path, "--target", "y", "--probs", "p")
    code, out, _ = command(capsys, *base, "--cluster", "g")
    assert code == 0
    assert "t, 89 degrees of freedom" in out
    assert "clusters" in out
    assert "effective n" in out
    code, out, _ = command(capsys, *base, "--time", "t")
    assert (code, "cosines" in out, "63" in out) == (0, True, True)
    code, out, _ = command(capsys, *base, "--time", "day", "--serial", "bartlett", "--lags", "2")
    assert code == 0
    assert "rows of one time count as one" in " ".join(out.split())
    assert "fixed-b" in out


BAD = {
    "two": (["--cluster", "g", "--time", "t"], 2, "not both"),
    "unknown": (["--cluster", "nope"], 2, "--cluster"),
    "unknown time": (["--time", "nope"], 2, "--time"),
    "serial": (["--time", "t", "--serial", "white"], 2, "series or bartlett"),
    "serial alone": (["--serial", "series"], 2, "--time"),
    "lags alone": (["--lags", "3"], 2, "--time"),
    "lags of a series": (["--time", "t", "--lags", "3"], 2, "Bartlett"),
    "lags": (["--time", "t", "--serial", "bartlett", "--lags", "9999"], 2, "less than"),
    "one": (["--cluster", "one"], 3, "at least 2 clusters"),
    "one time": (["--time", "one"], 3, "at least 4 points"),
    "missing": (["--cluster", "holes"], 3, "row 7 (counted from 0) is missing"),
    "bad time": (["--time", "odd"], 3, "row 5 (counted from 0) is 'tomorrow'"),
    "mixed": (["--time", "mixed"], 3, "row 9 (counted from 0) has dates with a zone"),
    "mixed later": (["--time", "late"], 3, "row 1,990 (counted from 0) has dates with a zone"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_named(tmp_path, capsys, case):
    frame = table()
    days = frame["t"].dt.strftime("%Y-%m-%dT%H:%M").to_list()
    frame = frame.with_columns(
        pl.lit("1").alias("one"),
        pl.Series("holes", [None if k == 7 else "h" + str(k % 30) for k in range(N)]),
        pl.Series("odd", ["tomorrow" if k == 5 else day for k, day in enumerate(days)]),
        pl.Series("mixed", [day + "Z" if k == 9 else day for k, day in enumerate(days)]),
        pl.Series("late", [day + "+02:00" if k == 1990 else day for k, day in enumerate(days)]),
    )
    path = tmp_path / "rows.csv"
    frame.write_csv(path)
    options, expected, words = BAD[case]
    code, out, err = command(capsys, "score", path, "--target", "y", "--probs", "p", *options)
    assert (code, out) == (expected, "")
    assert words in " ".join(err.split())


def test_bad_rows_can_be_left_out(tmp_path):
    frame = table()
    days = frame["t"].dt.strftime("%Y-%m-%dT%H:%M").to_list()
    number = [str(k) for k in range(N)]
    frame = frame.with_columns(
        pl.Series("odd", ["tomorrow" if k == 5 else day for k, day in enumerate(days)]),
        pl.Series("number", ["x" if k == 5 else text for k, text in enumerate(number)]),
    )
    path, rest = tmp_path / "rows.csv", tmp_path / "rest.csv"
    frame.write_csv(path)
    frame.filter(pl.int_range(N) != 5).write_csv(rest)
    expected = score_files([rest], "y", probs="p", time="t").standard_error
    for column in ("odd", "number"):
        found = score_files([path], "y", probs="p", time=column, on_bad="skip")
        assert (found.skipped_rows, found.standard_error) == ((5,), expected)
