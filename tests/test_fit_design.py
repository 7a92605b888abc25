"""A design means what formulaic means by the same formula, and low parts hold the digits that float64 drops."""

import random

import mpmath
import numpy as np
import pandas
import pytest
from formulaic import model_matrix

from crossent import errors
from crossent.fitting.design.array_rows import array_rows
from crossent.fitting.design.design import Design, Factor
from crossent.fitting.design.powers import multiplied, powers

RANDOM_FORMULAS = 60
ROWS = 97
NUMBERS = ["age", "bmi", "`my col`", "log(bmi)", "sqrt(bmi)", "I(age**2)", "center(age)", "scale(age)", "exp(age)"]
CATEGORIES = ["region", "sex", "C(k)"]
CONTEXT = {"sqrt": np.sqrt, "square": np.square}


def frame(seed=0, rows=ROWS):
    rng = np.random.default_rng(seed)
    return pandas.DataFrame(
        {
            "age": rng.normal(size=rows),
            "bmi": rng.gamma(3.0, size=rows),
            "my col": rng.integers(0, 50, rows),
            "region": rng.choice(["south", "north", "east", "West"], rows),
            "sex": rng.choice(["f", "m"], rows),
            "k": rng.integers(8, 12, rows),
            "flag": rng.integers(0, 2, rows).astype(bool),
        }
    )


def random_formula(seed):
    draw = random.Random(seed)
    pieces = draw.sample(NUMBERS, draw.randint(1, 3)) + draw.sample(CATEGORIES, draw.randint(0, 3))
    draw.shuffle(pieces)
    text = pieces[0]
    for piece in pieces[1:]:
        text += draw.choice([" + ", " + ", "*", ":"]) + piece
    if len(pieces) > 2 and draw.random() < 0.3:
        text = f"({pieces[0]} + {pieces[1]} + {pieces[2]})**2"
    if draw.random() < 0.3:
        text += f" - {draw.choice(pieces)}"
    return draw.choice(["", "", "0 + "]) + text + draw.choice(["", "", " - 1"])


def of_formula(formula, data, y=None):
    y = np.arange(len(data), dtype=float) if y is None else y
    return array_rows(y, data, family="normal", formula=formula)


@pytest.mark.parametrize("seed", range(RANDOM_FORMULAS))
def test_same_columns_as_formulaic(seed):
    formula, data = random_formula(seed), frame(seed)
    theirs = model_matrix(formula, data, context=CONTEXT)
    rows, learned = of_formula(formula, data)
    names = [name.replace("C(k)", "k").replace("I(age ** 2)", "I(age**2)") for name in theirs.columns]
    assert learned.design.intercept == ("Intercept" in names)
    names = [name for name in names if name != "Intercept"]
    assert list(rows.columns) == names
    kept = [j for j, name in enumerate(theirs.columns) if name != "Intercept"]
    np.testing.assert_allclose(rows.design, theirs.to_numpy(float)[:, kept], rtol=1e-13, atol=1e-15)


def test_powers_are_formulaics_raw_polynomial():
    data = frame(1)
    theirs = model_matrix("0 + poly(age, 4, raw=True):region", data).to_numpy(float)
    rows, _ = of_formula("0 + poly(age, 4):region", data)
    np.testing.assert_allclose(rows.design + rows.low, theirs, rtol=1e-14)
    assert rows.columns[:2] == ("poly(age, 4)[1]:region[West]", "poly(age, 4)[2]:region[West]")


def test_features_are_a_sum():
    data = frame(2)
    one, _ = array_rows(np.arange(ROWS), data, features=["age", "region", "flag"])
    other, _ = of_formula("age + region + C(sex) + flag - C(sex)", data)
    assert one.columns == ("age", "region[T.east]", "region[T.north]", "region[T.south]", "flag")
    assert sorted(one.columns) == sorted(other.columns)
    for j, name in enumerate(one.columns):
        np.testing.assert_array_equal(one.design[:, j], other.design[:, other.columns.index(name)])


def test_features_need_neither_formulaic_nor_pandas():
    import subprocess
    import sys

    code = (
        "import sys, numpy as np\n"
        "from crossent.fitting.design.array_rows import array_rows\n"
        "array_rows(np.arange(4), {'a': np.array([1., 2, 4, 3]), 'b': ['u', 'v', 'u', 'v']}, features=['a', 'b'])\n"
        "assert not {'formulaic', 'pandas', 'matplotlib', 'numba'} & set(sys.modules), sorted(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_reference_by_name_and_by_order():
    data = frame(3)
    rows, learned = of_formula("C(region, reference='north') + C(k, reference='9')", data)
    assert rows.columns == ("region[T.West]", "region[T.east]", "region[T.south]", "k[T.8]", "k[T.10]", "k[T.11]")
    assert learned.design.factors[0].levels == ("north", "West", "east", "south")
    np.testing.assert_array_equal(rows.design[:, 0], (data["region"] == "West").to_numpy(float))
    with pytest.raises(errors.UsageError, match="'up'"):
        of_formula("C(region, reference='up')", data)


def test_levels_are_ordered_by_value_and_by_code_point():
    values = ["10", "9", "-1", "2.50"]
    levels = array_rows(np.arange(4), {"g": values}, formula="C(g)")[1].design.factors[0].levels
    assert levels == ("-1", "2.5", "9", "10")
    values = ["b", "B", "é", "10", "9"]
    levels = array_rows(np.arange(5), {"g": values}, formula="C(g)")[1].design.factors[0].levels
    assert levels == ("10", "9", "B", "b", "é")


def test_one_factor_however_it_is_written():
    rows, learned = of_formula("region + C(region) + age + age", frame(4))
    assert len(learned.design.factors) == 2
    assert rows.design.shape[1] == 4


def test_learned_numbers_are_exact():
    data = frame(5)
    data["age"] += 1e9  # a naive variance has no digit left
    learned = of_formula("scale(age) + center(bmi)", data)[1]
    ages = [mpmath.mpf(value) for value in data["age"]]
    with mpmath.workdps(50):
        mean = sum(ages) / ROWS
        deviation = mpmath.sqrt(sum((age - mean) ** 2 for age in ages) / (ROWS - 1))
    assert learned.design.factors[0].numbers == (float(mean), pytest.approx(float(deviation), rel=3e-16))


def test_new_rows_are_centred_by_the_old_mean():
    data = frame(6)
    design = of_formula("scale(age)*region", data)[1].design
    whole, _ = design.matrix(data)
    part, _ = design.matrix({name: data[name][5:9].tolist() for name in design.sources})
    np.testing.assert_array_equal(part, whole[5:9])


def test_powers_hold_thirty_digits():
    x = np.random.default_rng(7).uniform(-9, -3, 50)
    for k, (high, low) in enumerate(powers(x, 12), start=1):
        for value, a, b in zip(x, high, low if low is not None else np.zeros_like(x), strict=True):
            with mpmath.workdps(60):
                exact = mpmath.mpf(value) ** k
                assert abs((mpmath.mpf(a) + mpmath.mpf(b)) / exact - 1) < 2e-30
    high, low = multiplied(np.array([1e300, 3.0]), None, np.array([1e10, 1 / 3]), None)
    assert high[0] == np.inf
    assert low[0] == 0
    assert high[1] == 1.0
    assert low[1] == pytest.approx(-5.55e-17, rel=1e-2)


def test_low_parts_go_through_products_and_levels():
    data = frame(8)
    design = of_formula("poly(age, 3):bmi:sex", data)[1].design
    values, low = design.matrix(data)
    assert low is not None
    checked = 0
    for row, record in enumerate(data.to_dict("records")):
        for j, name in enumerate(design.columns):
            power = int(name[len("poly(age, 3)[")])
            with mpmath.workdps(60):
                exact = mpmath.mpf(record["age"]) ** power * mpmath.mpf(record["bmi"])
                exact = exact if f"sex[{record['sex']}]" in name else mpmath.mpf(0)
                found = mpmath.mpf(values[row, j]) + mpmath.mpf(low[row, j])
                if power > 1:
                    assert abs(found - exact) <= 1e-30 * abs(exact)
                else:
                    assert abs(found - exact) <= 1.2e-16 * abs(exact)
            checked += 1
    assert checked == ROWS * 6


def test_whole_numbers_need_no_low_part():
    rows, _ = of_formula("poly(k, 3)", frame(9))
    assert rows.low is None


@pytest.mark.parametrize("formula", ["0", "-1", "age - age - 1", "0 + age - age"])
def test_nothing_is_no_model(formula):
    with pytest.raises(errors.UsageError, match="an intercept or a predictor"):
        of_formula(formula, frame())


@pytest.mark.parametrize("formula", ["(1 + age)**2", "age*(1 + bmi)", "(1 + age):bmi"])
def test_numbers_do_not_multiply(formula):
    with pytest.raises(errors.UsageError):
        of_formula(formula, frame())


def test_names_that_clash():
    data = frame(10)
    data["log(bmi)"] = data["age"]
    with pytest.raises(errors.UsageError, match=r"two are called 'log\(bmi\)'"):
        of_formula("`log(bmi)` + log(bmi)", data)
    with pytest.raises(errors.UsageError, match="65,536 columns"):
        Design(
            tuple(Factor(f"g{k}", f"g{k}", levels=tuple(map(str, range(50)))) for k in range(3)),
            (((0, "full"), (1, "full"), (2, "full")),),
        )


def test_numbers_only():
    with pytest.raises(errors.UsageError, match=r"log\(region\) must be of numbers"):
        of_formula("log(region)", frame())


def test_names_that_are_code_are_not_run(monkeypatch, tmp_path):
    import formulaic.materializers.base as base
    import formulaic.utils.stateful_transforms as stateful

    def refuse(*arguments, **keywords):
        raise AssertionError(f"evaluated: {arguments}")

    monkeypatch.setattr(stateful, "stateful_eval", refuse)
    monkeypatch.setattr(base, "stateful_eval", refuse)
    proof = tmp_path / "proof"
    name = f"__import__('pathlib').Path({str(proof)!r}).touch()"
    data = {name: [1.0, 2, 3, 5], "{0}": ["a", "b", "a", "b"], "log(x)": [1.0, 3, 3, 4]}
    rows, learned = of_formula(f"`{name}`*`{{0}}` + log(`log(x)`)", data, np.arange(4.0))
    assert rows.columns == (name, "{0}[T.b]", "log(log(x))", f"{name}:{{0}}[T.b]")
    again = Design.from_dict(learned.design.to_dict())
    np.testing.assert_array_equal(again.matrix(data)[0], rows.design)
    assert not proof.exists()
