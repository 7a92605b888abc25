"""Scoring: every number against mpmath on the same rows, for every way that predictions come in."""

import json

import mpmath as mp
import numpy as np
import polars as pl
import pytest

import crossent as ce
from crossent import errors
from crossent.scoring import score, score_files

mp.mp.dps = 40
NORMAL_975 = mp.sqrt(2) * mp.erfinv(mp.mpf("0.95"))


def exact(values):
    return [mp.mpf(float(value)) for value in values]


def oracle(losses, weights):
    """nats, standard error, interval, effective n from the losses of the rows."""
    losses, weights = exact(losses) if not isinstance(losses[0], mp.mpf) else losses, exact(weights)
    total = mp.fsum(weights)
    nats = mp.fsum(w * x for w, x in zip(weights, losses, strict=True)) / total
    error = mp.sqrt(mp.fsum((w * (x - nats)) ** 2 for w, x in zip(weights, losses, strict=True))) / total
    effective = total**2 / mp.fsum(w**2 for w in weights)
    return {
        "nats": nats, "bits": nats / mp.log(2), "standard_error": error, "effective_n": effective,
        "ci95": [nats - NORMAL_975 * error, nats + NORMAL_975 * error],
    }  # fmt: skip


def agrees(document, expected, rel=1e-13):
    for key, value in expected.items():
        wanted = [float(v) for v in value] if isinstance(value, list) else float(value)
        assert document[key] == pytest.approx(wanted, rel=rel), key


def binary_table(n=400, seed=0):
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 2, n)
    probs = 1 / (1 + np.exp(-logits))
    happened = rng.random(n) < probs
    return pl.DataFrame(
        {
            "y": happened.astype(np.int8),
            "bool": happened,
            "text": np.where(happened, "yes", "no"),
            "p": probs,
            "z": logits,
            "w": rng.gamma(1, 1, n),
        }
    )


def saved(table, folder, kind="parquet", name="data"):
    path = folder / f"{name}.{kind}"
    table.write_parquet(path) if kind == "parquet" else table.write_csv(path)
    return path


def document(path, target, **options):
    return json.loads(score_files([path], target, **options).to_json())


def entropy(shares):
    return -mp.fsum(s * mp.log(s) for s in shares if s)


@pytest.mark.parametrize("kind", ["parquet", "csv"])
@pytest.mark.parametrize("weight", [None, "w"])
@pytest.mark.parametrize(
    ("target", "options"),
    [
        ("y", {"probs": "p"}), ("y", {"logits": "z"}), ("bool", {"probs": "p"}),
        ("text", {"probs": "p", "positive": "yes"}),
        ("y", {"family": "bernoulli", "param": ["logits=z"]}), ("y", {"probs": "p", "positive": "1"}),
        ("bool", {"probs": "p", "positive": "true"}),
    ],
)  # fmt: skip
def test_binary(tmp_path, kind, weight, target, options):
    table = binary_table()
    found = document(saved(table, tmp_path, kind), target, weight=weight, **options)
    happened, weights = table["y"].to_list(), table["w"].to_list() if weight else [1.0] * len(table)
    if "probs" in options:
        losses = [-mp.log(p if y else 1 - p) for y, p in zip(happened, exact(table["p"]), strict=True)]
    else:
        losses = [mp.log1p(mp.exp(-z if y else z)) for y, z in zip(happened, exact(table["z"]), strict=True)]
    expected = oracle(losses, weights)
    agrees(found["cross_entropy"], expected)
    share = mp.fsum(w for y, w in zip(happened, exact(weights), strict=True) if y) / mp.fsum(exact(weights))
    base = entropy([share, 1 - share])
    agrees(found, {"entropy_of_base_rate": base, "base_nats": base, "gain_nats": base - expected["nats"],
                   "skill": 1 - expected["nats"] / base, "perplexity": mp.exp(expected["nats"]),
                   "weight": mp.fsum(exact(weights))}, rel=1e-12)  # fmt: skip
    assert found["n"] == 400
    assert found["infinite"] == {"count": 0, "rows": []}
    assert found["family"] == "Bernoulli"
    assert found["columns"]["target"] == target


def class_table(n=300, seed=3, k=4):
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 1.5, (n, k))
    probs = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    happened = (probs.cumsum(axis=1) < rng.random((n, 1))).sum(axis=1)
    names = ["cat", "dog", "10", "9"]
    columns = {"label": [names[c] for c in happened], "w": rng.gamma(1, 1, n)}
    columns |= {f"p_{name}": probs[:, c] for c, name in enumerate(names)}
    columns |= {f"z_{name}_raw": logits[:, c] for c, name in enumerate(names)}
    return pl.DataFrame(columns), happened, logits, probs


@pytest.mark.parametrize("kind", ["parquet", "csv"])
@pytest.mark.parametrize("weight", [None, "w"])
@pytest.mark.parametrize("options", [{"probs": "p_*"}, {"logits": "z_*_raw"}])
def test_classes_are_matched_by_name_never_by_order(tmp_path, kind, weight, options):
    table, happened, logits, probs = class_table()
    shuffled = table.select(sorted(table.columns, key=lambda name: hash((name, 1))))
    weights = table["w"].to_list() if weight else [1.0] * len(table)
    if "probs" in options:
        losses = [-mp.log(p[c]) for c, p in zip(happened, probs, strict=True)]
    else:
        losses = [
            mp.log(mp.fsum(mp.exp(v - mp.mpf(z[c])) for v in exact(z))) for c, z in zip(happened, logits, strict=True)
        ]
    found = document(saved(table, tmp_path, kind), "label", weight=weight, **options)
    again = document(saved(shuffled, tmp_path, kind, "shuffled"), "label", weight=weight, **options)
    assert found == again
    agrees(found["cross_entropy"], oracle(losses, weights))
    total = mp.fsum(exact(weights))
    shares = [mp.fsum(w for c, w in zip(happened, exact(weights), strict=True) if c == k) / total for k in range(4)]
    agrees(found, {"entropy_of_base_rate": entropy(shares)}, rel=1e-12)
    assert found["columns"][next(iter(options))] == {
        name: next(iter(options.values())).replace("*", name) for name in ("9", "10", "cat", "dog")
    }
    if "probs" in options:
        assert 0 < found["sum_deviation"] < 1e-15
    else:
        assert found["sum_deviation"] is None


@pytest.mark.parametrize(
    ("values", "names"),
    [
        ([0, 1, 2], ["0", "1", "2"]), ([0.0, 1.0, 2.0], ["0", "1", "2"]), (["0", "1", "2"], ["0.0", "1.0", "2.0"]),
        ([True, False, True], ["True", "False"]), (["true", "false", "true"], ["True", "False"]),
        (["1", "01", "1"], ["1", "01"]), ([1, 2, 1], ["1.0", "2e0"]), (["a b", "é", "<b>"], ["a b", "é", "<b>"]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["parquet", "csv"])
def test_labels_match_as_text_or_as_numbers(tmp_path, values, names, kind):
    k = len(names)
    table = pl.DataFrame(
        {"y": values} | {f"p_{name}": [(1 + c) / (k * (k + 1) / 2)] * 3 for c, name in enumerate(names)}
    )
    found = document(saved(table, tmp_path, kind), "y", probs="p_*")

    def column(value):
        same = [n for n in names if n == str(value)] or [n for n in names if n.lower() == str(value).lower()]
        return names.index((same or [n for n in names if float(n) == float(value)])[0])

    losses = [-mp.log(mp.mpf((1 + column(v)) / (k * (k + 1) / 2))) for v in values]
    agrees(found["cross_entropy"], {"nats": mp.fsum(losses) / 3})


def test_a_label_that_is_two_classes_as_a_number_is_refused(tmp_path):
    table = pl.DataFrame({"y": ["1.0"], "p_1": [0.5], "p_01": [0.5]})
    with pytest.raises(errors.DataError, match="as a number it is each of '01', '1'"):
        document(saved(table, tmp_path), "y", probs="p_*")


def test_an_unknown_class_names_the_row_and_the_class(tmp_path):
    table = pl.DataFrame({"y": ["a", "b", "zebra"], "p_a": [0.5] * 3, "p_b": [0.5] * 3})
    for kind in ("parquet", "csv"):
        with pytest.raises(errors.DataError, match=r"one of the classes 'a', 'b'; row 2 \(counted from 0\) is 'zebra'"):
            document(saved(table, tmp_path, kind), "y", probs="p_*")


def family_table(n=200, seed=5):
    rng = np.random.default_rng(seed)
    return pl.DataFrame(
        {
            "count": rng.negative_binomial(2, 0.3, n),
            "rate": rng.gamma(5, 1, n),
            "real": rng.normal(3, 2, n),
            "loc": rng.normal(3, 1, n),
            "scale": rng.gamma(9, 0.2, n),
            "successes": rng.binomial(12, 0.3, n),
            "trials": rng.integers(12, 20, n),
            "chance": rng.uniform(0.1, 0.6, n),
            "w": rng.gamma(1, 1, n),
        }
    )


def poisson(y, m):
    return m - y * mp.log(m) + mp.loggamma(y + 1)


def negative_binomial(y, m, r):
    return -(
        mp.loggamma(y + r) - mp.loggamma(r) - mp.loggamma(y + 1) + r * mp.log(r / (r + m)) + (y * mp.log(m / (r + m)))
    )


def normal(y, m, s):
    return ((y - m) / s) ** 2 / 2 + mp.log(s) + mp.log(2 * mp.pi) / 2


def laplace(y, m, s):
    return abs(y - m) / s + mp.log(2 * s)


def binomial(y, n, p):
    return -mp.log(mp.binomial(n, y)) - y * mp.log(p) - (n - y) * mp.log1p(-p)


FAMILIES = {
    "poisson": ("count", ["rate=rate"], lambda t: [poisson(y, m) for y, m in rows(t, "count", "rate")]),
    "normal": ("real", ["loc=loc", "scale=scale"], lambda t: [normal(*r) for r in rows(t, "real", "loc", "scale")]),
    "laplace": ("real", ["loc=loc", "scale=1.5"], lambda t: [laplace(y, m, 1.5) for y, m in rows(t, "real", "loc")]),
    "negative_binomial": (
        "count", ["mean=rate", "concentration=2"],
        lambda t: [negative_binomial(y, m, mp.mpf(2)) for y, m in rows(t, "count", "rate")],
    ),
    "binomial": (
        "successes", ["probs=chance", "total_count=trials"],
        lambda t: [binomial(y, n, p) for y, n, p in rows(t, "successes", "trials", "chance")],
    ),
}  # fmt: skip


def rows(table, *names):
    return list(zip(*(exact(table[name]) for name in names), strict=True))


def best_constant(family, table, weights):
    """The least cross-entropy of a constant member, by brute force or textbook formula, at 40 digits."""
    total = mp.fsum(weights)

    def mean_of(values):
        return mp.fsum(w * v for w, v in zip(weights, values, strict=True)) / total

    counts, real = exact(table["count"]), exact(table["real"])
    if family == "poisson":
        m = mean_of(counts)
        return mean_of([poisson(y, m) for y in counts])
    if family == "normal":
        m = mean_of(real)
        s = mp.sqrt(mean_of([(y - m) ** 2 for y in real]))
        return mean_of([normal(y, m, s) for y in real])
    if family == "laplace":
        return 1 + mp.log(2 * min(mean_of([abs(y - m) for y in real]) for m in real))
    if family == "binomial":
        p = mean_of(exact(table["successes"])) / mean_of(exact(table["trials"]))
        return mean_of([binomial(y, n, p) for y, n in rows(table, "successes", "trials")])
    m = mean_of(counts)
    by_count = {y: mp.fsum(w for w, c in zip(weights, counts, strict=True) if c == y) / total for y in set(counts)}

    def slope(r):
        return mp.fsum(
            s * (mp.digamma(y + r) - mp.digamma(r) + mp.log(r / (r + m)) + (m - y) / (r + m))
            for y, s in by_count.items()
        )

    r = mp.findroot(slope, (mp.mpf("0.1"), mp.mpf(100)), solver="anderson", tol=1e-20)
    return mp.fsum(s * negative_binomial(y, m, r) for y, s in by_count.items())


@pytest.mark.parametrize("kind", ["parquet", "csv"])
@pytest.mark.parametrize("weight", [None, "w"])
@pytest.mark.parametrize("family", FAMILIES)
def test_families_with_parameters_from_columns(tmp_path, kind, weight, family):
    table = family_table()
    target, param, losses = FAMILIES[family]
    found = document(saved(table, tmp_path, kind), target, family=family, param=param, weight=weight)
    weights = exact(table["w"]) if weight else [mp.mpf(1)] * len(table)
    expected = oracle(losses(table), weights)
    agrees(found["cross_entropy"], expected, rel=1e-12)
    base = best_constant(family, table, weights)
    agrees(found, {"base_nats": base, "gain_nats": base - expected["nats"]}, rel=1e-11)
    assert found["entropy_of_base_rate"] is None
    assert found["perplexity"] is None
    discrete = family in ("poisson", "negative_binomial", "binomial")
    assert found["skill"] == (pytest.approx(float(1 - expected["nats"] / base), rel=1e-10) if discrete else None)


# --- what is infinite, undefined or left out --------------------------------------------------------------------------


def test_an_exact_zero_for_what_happened_costs_inf_and_is_listed(tmp_path):
    table = pl.DataFrame({"y": [1, 0, 1, 0, 1], "p": [0.0, 0.5, 0.25, 1.0, 1.0], "w": [1.0, 2.0, 1.0, 0.0, 1.0]})
    found = document(saved(table, tmp_path), "y", probs="p")
    assert found["infinite"] == {"count": 2, "rows": [0, 3]}
    entropy_ = found["cross_entropy"]
    assert entropy_["nats"] == entropy_["bits"] == found["perplexity"] == "inf"
    assert found["gain_nats"] == found["skill"] == "-inf"
    assert entropy_["standard_error"] is None
    assert entropy_["ci95"] is None
    assert entropy_["finite_nats"] == pytest.approx((np.log(2) + np.log(4)) / 3)
    weighted = document(saved(table, tmp_path), "y", probs="p", weight="w")
    assert weighted["infinite"] == {"count": 1, "rows": [0]}
    assert weighted["n"] == 4
    assert weighted["zero_weight"] == 1


def test_only_the_first_twenty_infinite_rows_are_listed(tmp_path):
    table = pl.DataFrame({"y": [1] * 50, "p": [0.5] + [0.0] * 49})
    found = document(saved(table, tmp_path), "y", probs="p", batch_rows=7)
    assert found["infinite"] == {"count": 49, "rows": list(range(1, 21))}


def test_base_of_zero_has_no_skill(tmp_path):
    found = document(saved(pl.DataFrame({"y": [1, 1], "p": [0.5, 0.5]}), tmp_path), "y", probs="p")
    assert found["entropy_of_base_rate"] == 0
    assert found["skill"] is None
    assert found["gain_nats"] == pytest.approx(-np.log(2))


@pytest.mark.parametrize("family", ["normal", "laplace"])
def test_a_constant_target_has_no_best_density(tmp_path, family):
    table = pl.DataFrame({"y": [2.0, 2.0], "m": [1.0, 2.0]})
    found = document(saved(table, tmp_path), "y", family=family, param=["loc=m", "scale=1"])
    assert found["base_nats"] is None
    assert found["gain_nats"] is None


def test_counts_that_are_all_zero_have_base_zero(tmp_path):
    table = pl.DataFrame({"y": [0, 0], "m": [1.0, 2.0]})
    path = saved(table, tmp_path)
    assert document(path, "y", family="poisson", param=["rate=m"])["base_nats"] == 0
    assert document(path, "y", family="negative_binomial", param=["mean=m", "concentration=1"])["base_nats"] == 0


def test_underdispersed_counts_have_the_poisson_as_their_best_negative_binomial(tmp_path):
    path = saved(pl.DataFrame({"y": [2, 3, 2, 3], "m": [1.0, 2.0, 3.0, 2.0]}), tmp_path)
    as_poisson = document(path, "y", family="poisson", param=["rate=m"])["base_nats"]
    assert (
        document(path, "y", family="negative_binomial", param=["mean=m", "concentration=1"])["base_nats"] == as_poisson
    )


def test_large_counts_need_a_second_pass(tmp_path):
    rng = np.random.default_rng(0)
    table = pl.DataFrame({"y": rng.negative_binomial(2, 1e-6, 300), "m": rng.gamma(5, 4e5, 300)})
    assert table["y"].max() > 65_536
    found = document(saved(table, tmp_path), "y", family="negative_binomial", param=["mean=m", "concentration=2"])
    weights = [mp.mpf(1)] * 300
    expected = best_constant("negative_binomial", table.with_columns(count="y", real="m"), weights)
    assert found["base_nats"] == pytest.approx(float(expected), rel=1e-9)
    assert found["base_nats"] >= float(expected) * (1 - 1e-15)


def test_rows_of_weight_zero_may_hold_anything(tmp_path):
    table = pl.DataFrame({"y": ["1", "zebra", "0", None], "p": ["0.5", "2", "0.25", "x"], "w": [1.0, 0.0, 3.0, 0.0]})
    for kind in ("csv", "parquet"):
        found = document(saved(table, tmp_path, kind), "y", probs="p", weight="w")
        assert (found["n"], found["zero_weight"], found["weight"]) == (2, 2, 4.0)


def test_bad_rows_are_skipped_and_counted_when_asked(tmp_path):
    table = pl.DataFrame(
        {
            "y": ["1", "0", None, "2", "0", "1"],
            "p": ["0.5", "1.5", "0.5", "0.5", "nan", "0.25"],
            "w": [1.0] * 5 + [-1.0],
        }
    )
    path = saved(table, tmp_path, "csv")
    found = document(path, "y", probs="p", on_bad="skip")
    assert found["skipped"] == {"count": 4, "rows": [1, 2, 3, 4]}
    assert found["n"] == 2
    assert found["cross_entropy"]["nats"] == pytest.approx((np.log(2) + np.log(4)) / 2)
    assert document(path, "y", probs="p", weight="w", on_bad="skip")["skipped"]["count"] == 5
    assert document(path, "y", probs="p", on_bad="skip", batch_rows=1) == found
    with pytest.raises(errors.DataError, match=r"'p' must be in \[0, 1\]; row 1"):
        document(path, "y", probs="p")


@pytest.mark.parametrize(
    ("columns", "options", "words"),
    [
        ({"y": [1, 0], "p": [0.5, 1.5]}, {"probs": "p"}, r"'p' must be in \[0, 1\]; row 1 .* is 1.5"),
        ({"y": [1, 0], "p": [0.5, np.nan]}, {"probs": "p"}, "row 1 .* is nan"),
        ({"y": [1, 0], "z": [0.5, np.nan]}, {"logits": "z"}, "row 1 .* is nan"),
        ({"y": [1, None], "p": [0.5, 0.5]}, {"probs": "p"}, "'y' must be .*row 1 .* is missing"),
        ({"y": [1, 2], "p": [0.5, 0.5]}, {"probs": "p"}, r"'y' must be in \[0, 1\].*row 1 .* is 2"),
        ({"y": ["1", "x"], "p": [0.5, 0.5]}, {"probs": "p"}, "row 1 .* is 'x': no number"),
        ({"y": [1, 0], "p": ["0,5", "0.5"]}, {"probs": "p"}, "row 0 .* decimal comma"),
        ({"y": [0, 1], "p_0": [0.5, 0.5], "p_1": [0.5, 0.4]}, {"probs": "p_*"}, "row 1 .* sums to 0.9"),
        ({"y": [0, 1], "p_0": [1.5, 0.5], "p_1": [-0.5, 0.5]}, {"probs": "p_*"}, r"'p_0' must be in \[0, 1\]; row 0"),
        ({"y": [0, 1], "z_0": [0.5, np.nan], "z_1": [0.5, 0.5]}, {"logits": "z_*"}, "'z_0' .*; row 1"),
        ({"y": [0.5, 1], "m": [1.0, 1]}, {"family": "poisson", "param": ["rate=m"]}, "a count.*; row 0 .* is 0.5"),
        ({"y": [2**53 + 2, 1], "m": [1.0, 1]}, {"family": "poisson", "param": ["rate=m"]}, "row 0 .*beyond 2"),
        ({"y": [1, 1], "m": [1.0, -1]}, {"family": "poisson", "param": ["rate=m"]}, "'m' must be .*; row 1 .* is -1"),
        ({"y": [1, 0], "p": [0.5, 0.5], "w": [1.0, -1.0]}, {"probs": "p", "weight": "w"}, "'w' .*row 1 .* is -1"),
        ({"y": [1, 0], "p": [0.5, 0.5], "w": [np.inf, 1.0]}, {"probs": "p", "weight": "w"}, "'w' .*row 0 .* is inf"),
        ({"y": [1, 0], "p": [0.5, 0.5], "w": [None, 1.0]}, {"probs": "p", "weight": "w"}, "'w' .*row 0 .* is missing"),
        ({"y": [1, 0], "p": [0.5, 0.5], "w": [0.0, 0.0]}, {"probs": "p", "weight": "w"}, "all 0"),
        ({"y": ["a", "b", "c"], "p": [0.5] * 3}, {"probs": "p", "positive": "a"}, "'a' and one other label"),
        ({"y": [[1], [0]], "p": [0.5, 0.5]}, {"probs": "p"}, "its type is List"),
    ],
)  # fmt: skip
def test_bad_data_names_row_column_and_value(tmp_path, columns, options, words):
    with pytest.raises(errors.DataError, match=words):
        document(saved(pl.DataFrame(columns, strict=False), tmp_path), "y", **options)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "prediction's columns must be named"),
        ({"probs": "q"}, "none called 'q'"),
        ({"probs": "q_*"}, "at least two; it matches none"),
        ({"probs": "p*"}, "it matches only 'p'"),
        ({"probs": "*_*"}, "at most one"),
        ({"probs": "p", "logits": "z"}, "exactly one parameterisation"),
        ({"probs": "p", "family": "poisson"}, "exactly one parameterisation"),
        ({"probs": "p", "family": "poison"}, "none called 'poison'"),
        ({"probs": "p", "family": "categorical"}, "a column for each class"),
        ({"family": "poisson", "param": ["rate"]}, "name=column"),
        ({"family": "poisson", "param": ["rate=none"]}, "--param rate must be a column"),
        ({"family": "poisson", "param": ["rate=p", "rate=z"]}, "named twice"),
        ({"param": ["rate=p"]}, "--family must say"),
        ({"family": "binomial", "probs": "p"}, "total_count must be given"),
        ({"family": "normal", "param": ["loc=p", "scale=-1"]}, "scale must be above 0"),
        ({"probs": "p", "weight": "v"}, "--weight must be a column"),
        ({"probs": "p", "on_bad": "clip"}, "'error', 'skip'"),
        ({"probs": "p", "sum_tolerance": -1.0}, "sum-tolerance"),
        ({"family": "poisson", "param": ["rate=p"], "positive": "1"}, "--positive must go with"),
        ({"probs": "p", "target": "t"}, "--positive 'no'"),
    ],
)
def test_options_that_do_not_fit_are_usage_errors(tmp_path, options, words):
    table = pl.DataFrame({"y": [1, 0], "t": ["yes", "no"], "p": [0.5, 0.5], "z": [0.0, 1.0]})
    with pytest.raises((errors.UsageError, errors.UsageTypeError), match=words):
        document(saved(table, tmp_path), **({"target": "y"} | options))


def test_no_rows_is_bad_data(tmp_path):
    for kind in ("csv", "parquet"):
        with pytest.raises(errors.DataError, match="at least one row"):
            document(saved(binary_table(5).clear(), tmp_path, kind), "y", probs="p")
    with pytest.raises(errors.DataError, match="all 2 are bad"):
        document(saved(pl.DataFrame({"y": [3, 4], "p": [0.5, 0.5]}), tmp_path), "y", probs="p", on_bad="skip")


def test_a_positive_label_that_never_occurs_is_warned_of(tmp_path):
    path = saved(pl.DataFrame({"y": ["no", "no"], "p": [0.5, 0.5]}), tmp_path)
    with pytest.warns(UserWarning, match="no row of column 'y' is 'Yes'"):
        document(path, "y", probs="p", positive="Yes")


# --- arrays -----------------------------------------------------------------------------------------------------------


def test_arrays_score_as_files_do(tmp_path):
    table = binary_table()
    found = document(saved(table, tmp_path), "y", probs="p", weight="w")
    arrays = score(
        table["y"].to_numpy(), ce.Bernoulli(probs=table["p"].to_numpy()), sample_weight=table["w"].to_numpy()
    )
    assert json.loads(arrays.to_json()) | {"columns": 0} == found | {"columns": 0}
    labels, happened, logits, _ = class_table()
    found = document(saved(labels, tmp_path), "label", logits="z_*_raw")
    order = [3, 2, 0, 1]  # the classes' own order: 9, 10, cat, dog
    p = ce.Categorical(logits=logits[:, order])
    arrays = score(np.argsort(order)[happened], p)
    assert json.loads(arrays.to_json()) | {"columns": 0} == found | {"columns": 0}


def test_soft_targets_and_masks_of_arrays():
    soft = score([0.25, 0.5], ce.Bernoulli(probs=[0.5, 0.5]))
    assert soft.nats == pytest.approx(np.log(2))
    rows_ = np.array([[0.5, 0.5, 0], [0, 0.5, 0.5]])
    of_classes = score(rows_, ce.Categorical(probs=np.full((2, 3), 1 / 3)))
    assert of_classes.nats == pytest.approx(np.log(3))
    assert of_classes.base_nats == pytest.approx(float(entropy([mp.mpf("0.25"), mp.mpf("0.5"), mp.mpf("0.25")])))
    masked = score([1, 0, 7], ce.Bernoulli(probs=[0.5, 0.5, 0.5]), mask=[True, True, False])
    assert masked.n == 2
    with pytest.raises(errors.DataError, match=r"target\[2\] = 7"):
        score([1, 0, 7], ce.Bernoulli(probs=[0.5, 0.5, 0.5]))


def test_the_notebooks_table_escapes_what_comes_from_outside(tmp_path):
    table = pl.DataFrame({"<script>": [1, 0], "p": [0.5, 0.25]})
    html = score_files([saved(table, tmp_path)], "<script>", probs="p")._repr_html_()
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


@pytest.mark.parametrize("batch_rows", [7, 1000])
@pytest.mark.parametrize("kind", ["parquet", "csv"])
@pytest.mark.parametrize(
    ("late", "options", "words"),
    [
        (None, {"probs": "p", "positive": "a"}, "'y' must hold 'a' or another label; row 60 .* is missing"),
        ("c", {"probs": "p", "positive": "a"}, "'y' must hold 'a' and one other label; it holds 'a', 'b', 'c'"),
        (None, {"probs": "p_*"}, "one of the classes 'a', 'b'; row 60 .* is missing"),
        ("c", {"probs": "p_*"}, "one of the classes 'a', 'b'; row 60 .* is 'c'"),
    ],
)
def test_a_wrong_label_far_from_the_first_is_found(tmp_path, late, options, words, kind, batch_rows):
    table = pl.DataFrame({"y": ["a", "b"] * 30 + [late] + ["b", "a"] * 30}).with_columns(p=0.5, p_a=0.25, p_b=0.75)
    table = table.with_columns(w=pl.int_range(pl.len()) % 7 + pl.lit(0.5))
    path = saved(table, tmp_path, kind)
    if kind == "csv" and late is None and "positive" in options:
        words = "'a' and one other label; it holds '', 'a', 'b'|row 60 .* is missing"
    with pytest.raises(errors.DataError, match=words):
        document(path, "y", batch_rows=batch_rows, **options)
    if "p_*" in options.values() or late is None:
        found = document(path, "y", batch_rows=batch_rows, weight="w", on_bad="skip", **options)
        assert found["skipped"] == {"count": 1, "rows": [60]}
        rest = saved(table.filter(pl.int_range(pl.len()) != 60), tmp_path, kind, "rest")
        assert found["cross_entropy"] == document(rest, "y", weight="w", **options)["cross_entropy"]
    # A row of weight 0 may hold anything.
    nothing = table.with_columns(w=pl.when(pl.int_range(pl.len()) == 60).then(0.0).otherwise(pl.col("w")))
    assert (
        document(saved(nothing, tmp_path, kind, "nothing"), "y", weight="w", batch_rows=batch_rows, **options)["n"]
        == 120
    )
