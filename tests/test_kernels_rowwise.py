"""Laws of the rows kernels, each for float32 and float64: what may not change a bit, and what must be exact."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest
from kernel_formulas import BELL, COIN, TALLY

from crossent import errors
from crossent.kernels import ExactSum, RowFormulas, evaluate_rows, threads
from crossent.vocabulary import where

DTYPES = [np.float32, np.float64]
ROWS = 5003


def coin(dtype, rows: int = ROWS, spread: float = 3.0, seed: int = 0):
    rng = np.random.default_rng(seed)
    x = (rng.standard_normal(rows) * spread).astype(dtype)
    y = np.where(rng.random(rows) < 0.3, rng.random(rows), rng.random(rows) < 0.5).astype(dtype)
    return y, x


def bell(dtype, rows: int = ROWS, seed: int = 0):
    rng = np.random.default_rng(seed)
    return rng.standard_normal(rows).astype(dtype), rng.standard_normal((rows, 2)).astype(dtype)


def same(a: np.ndarray, b: np.ndarray) -> bool:
    return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()


# --- right ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("dtype", "bits"), [(np.float32, 23), (np.float64, 50)])
def test_rows_and_derivatives_are_those_of_the_exact_reading(dtype, bits) -> None:
    checked = 0
    for formulas, (y, raw) in ((COIN, coin(dtype, 40)), (BELL, bell(dtype, 40))):
        found = evaluate_rows(formulas, y, raw, quantity="hessian", keep_rows=True, full=True)
        with mpmath.workdps(60):
            for i in range(len(y)):
                arguments = [mpmath.mpf(float(v)) for v in (y[i], *np.atleast_1d(raw[i]))]
                k = formulas.parameters
                hessian = found.hessian[i][np.triu_indices(k)]
                expected = [formulas.nll(*arguments), *formulas.gradient(*arguments), *formulas.hessian(*arguments)]
                for got, right in zip(
                    [found.rows[i], *np.atleast_1d(found.gradient[i]), *hessian], expected, strict=True
                ):
                    assert abs(got - right) <= mpmath.mpf(2) ** -bits * max(abs(right), 1)
                    checked += 1
    assert checked == 40 * 3 + 40 * 6


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("spread", [2, 20, 400])
def test_the_sum_is_the_exact_sum_of_the_rows(dtype, spread) -> None:
    y, x = coin(dtype, spread=spread)
    found = evaluate_rows(COIN, y, x, keep_rows=True)
    assert found.total == ExactSum.of(found.rows)
    assert found.total.round() == math.fsum(found.rows.tolist())
    assert (found.count, found.infinite, found.invalid) == (ROWS, 0, 0)
    assert found.weight == found.finite_weight == ExactSum.of_integer(ROWS)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("scale", [1.0, 1e-310, 1e290])
def test_weighted_sums_are_exact(dtype, scale) -> None:
    y, x = coin(dtype)
    weight = np.random.default_rng(1).random(ROWS) * scale
    rows = evaluate_rows(COIN, y, x, keep_rows=True).rows
    found = evaluate_rows(COIN, y, x, weight=weight)
    assert found.total == ExactSum.of(rows, weight)
    assert found.weight == ExactSum.of(weight)


def test_the_double_grade_of_float32_is_that_of_its_float64_values() -> None:
    y, x = coin(np.float32)
    found = evaluate_rows(COIN, y, x, double=True, quantity="gradient", keep_rows=True)
    right = evaluate_rows(COIN, y.astype(float), x.astype(float), quantity="gradient", keep_rows=True)
    assert found.total == right.total
    assert same(found.rows, right.rows)
    assert same(found.gradient, right.gradient)


# --- weights, masks ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_weight_of_k_is_k_copies(dtype) -> None:
    y, x = coin(dtype)
    copies = np.random.default_rng(2).integers(0, 4, ROWS)
    found = evaluate_rows(COIN, y, x, weight=copies)
    repeated = evaluate_rows(COIN, np.repeat(y, copies), np.repeat(x, copies))
    assert (found.total, found.weight) == (repeated.total, repeated.weight)
    assert found.count == (copies > 0).sum()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("weighted", [False, True])
def test_a_mask_is_deletion_and_hides_whatever_is_there(dtype, weighted) -> None:
    y, x = coin(dtype)
    mask = np.random.default_rng(3).random(ROWS) < 0.6
    weight = np.random.default_rng(4).random(ROWS) if weighted else None
    y[~mask], x[~mask] = -100, np.where(np.arange((~mask).sum()) % 2, np.nan, np.inf)
    if weighted:
        kept = weight[mask]
        weight[~mask] = np.nan
    found = evaluate_rows(COIN, y, x, weight=weight, mask=mask, quantity="hessian", mean=True, keep_rows=True)
    right = evaluate_rows(
        COIN, y[mask], x[mask], weight=kept if weighted else np.ones(mask.sum()), quantity="hessian", mean=True,
        keep_rows=True,
    )  # fmt: skip
    assert (found.total, found.weight, found.count, found.invalid) == (right.total, right.weight, mask.sum(), 0)
    for name in ("rows", "gradient", "hessian"):
        assert same(getattr(found, name)[mask], getattr(right, name))
        assert not getattr(found, name)[~mask].any()


@pytest.mark.parametrize("dtype", DTYPES)
def test_all_rows_masked_out_is_an_empty_sum(dtype) -> None:
    y, x = coin(dtype)
    found = evaluate_rows(COIN, y, x, mask=np.zeros(ROWS, bool), quantity="gradient", mean=True)
    assert (found.total, found.weight, found.count) == (ExactSum(), ExactSum(), 0)
    assert not found.gradient.any()


@pytest.mark.parametrize("dtype", DTYPES)
def test_infinite_rows_are_counted_and_left_out_of_the_finite_sums(dtype) -> None:
    y, x = coin(dtype)
    y[:7], x[:7] = 1, -np.inf
    weight = np.random.default_rng(5).random(ROWS)
    for given in (None, weight):
        found = evaluate_rows(COIN, y, x, weight=given, keep_rows=True, quantity="gradient", mean=True)
        rest = evaluate_rows(COIN, y[7:], x[7:], weight=None if given is None else given[7:])
        assert found.infinite == 7
        assert found.invalid == 0
        assert found.total.round() == math.inf
        assert (found.finite_total, found.finite_weight) == (rest.total, rest.weight)
        assert np.isposinf(found.rows[:7]).all()
        assert np.isfinite(found.gradient).all()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("where_bad", "value"), [("y", -0.5), ("y", np.nan), ("x", np.nan)])
def test_rows_that_are_not_valid_are_counted(dtype, where_bad, value) -> None:
    y, x = coin(dtype)
    (y if where_bad == "y" else x)[[3, 4000]] = value
    assert evaluate_rows(COIN, y, x).invalid >= 2
    assert evaluate_rows(COIN, y, x, weight=np.ones(ROWS)).invalid >= 2
    keep = np.ones(ROWS, bool)
    keep[[3, 4000]] = False
    assert evaluate_rows(COIN, y, x, mask=keep).invalid == 0


@pytest.mark.parametrize("value", [-1.0, np.nan, np.inf])
def test_a_bad_weight_is_counted(value) -> None:
    y, x = coin(np.float64)
    weight = np.ones(ROWS)
    weight[17] = value
    assert evaluate_rows(COIN, y, x, weight=weight).invalid == 1


# --- what may not change a bit ----------------------------------------------------------------------------------------


def everything(formulas, y, raw, **options):
    found = evaluate_rows(formulas, y, raw, quantity="hessian", keep_rows=True, mean=True, **options)
    return found.total, found.weight, found.rows, found.gradient, found.hessian


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("weighted", [False, True])
def test_number_of_threads_changes_nothing(monkeypatch, dtype, weighted) -> None:
    y, x = coin(dtype, 300_001, spread=20)
    weight = np.random.default_rng(6).random(len(y)) if weighted else None
    results = []
    for number in (1, 2, 3, 7):
        monkeypatch.setenv(threads.VARIABLE, str(number))
        results.append(everything(COIN, y, x, weight=weight))
    for result in results[1:]:
        assert result[:2] == results[0][:2]
        assert all(map(same, result[2:], results[0][2:]))


@pytest.mark.parametrize("dtype", DTYPES)
def test_order_and_partition_change_nothing(dtype) -> None:
    y, x = coin(dtype, 20_011, spread=20)
    whole = evaluate_rows(COIN, y, x, quantity="gradient", keep_rows=True)
    order = np.random.default_rng(8).permutation(len(y))
    shuffled = evaluate_rows(COIN, y[order], x[order], quantity="gradient", keep_rows=True)
    assert shuffled.total == whole.total
    assert same(shuffled.rows, whole.rows[order])
    assert same(shuffled.gradient, whole.gradient[order])
    for cuts in ([1], [17, 18, 5000], list(range(37, 20_000, 997))):
        parts = [evaluate_rows(COIN, *part) for part in zip(np.split(y, cuts), np.split(x, cuts), strict=True)]
        assert sum((part.total for part in parts), ExactSum()) == whole.total


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("formulas", "data"), [(COIN, coin), (BELL, bell)])
def test_a_row_does_not_depend_on_its_place(dtype, formulas, data) -> None:
    y, raw = data(dtype, 97)
    whole = everything(formulas, y, raw)[2:4]
    compared = 0
    for i in range(97):
        alone = evaluate_rows(formulas, y[i : i + 1], raw[i : i + 1], keep_rows=True, quantity="gradient")
        together = evaluate_rows(formulas, y[i:], raw[i:], keep_rows=True, quantity="gradient")
        assert same(alone.rows, whole[0][i : i + 1])
        assert same(alone.gradient, together.gradient[:1])
        compared += 1
    assert compared == 97


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("formulas", "data"), [(COIN, coin), (BELL, bell)])
def test_fused_is_unfused(dtype, formulas, data) -> None:
    y, raw = data(dtype, spread=30) if data is coin else data(dtype)
    value, gradient, hessian = (
        evaluate_rows(formulas, y, raw, quantity=q, keep_rows=True) for q in ("value", "gradient", "hessian")
    )
    assert value.total == gradient.total == hessian.total == evaluate_rows(formulas, y, raw).total
    assert same(value.rows, gradient.rows)
    assert same(value.rows, hessian.rows)
    assert same(gradient.gradient, hessian.gradient)
    full = evaluate_rows(formulas, y, raw, quantity="hessian", full=True)
    k = formulas.parameters
    assert full.hessian.shape == (len(y), k, k)
    assert same(np.diagonal(full.hessian, axis1=1, axis2=2).reshape(hessian.hessian.shape), hessian.hessian)
    assert np.array_equal(full.hessian, full.hessian.transpose(0, 2, 1))


# --- layouts ----------------------------------------------------------------------------------------------------------


def strided(array):
    wide = np.zeros((len(array), 3, *array.shape[1:]), array.dtype)
    wide[:, 1] = array
    return wide[:, 1]


def read_only(array):
    array = array.copy()
    array.flags.writeable = False
    return array


def unaligned(array):
    room = np.zeros(array.nbytes + 1, np.uint8)
    view = room[1:].view(array.dtype).reshape(array.shape)
    view[...] = array
    return view


LAYOUTS = {
    "strided": strided,
    "reversed": lambda array: array[::-1].copy()[::-1],
    "read-only": read_only,
    "fortran": np.asfortranarray,
    "byte-swapped": lambda array: array.astype(array.dtype.newbyteorder()),
    "unaligned": unaligned,
}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(("formulas", "data"), [(COIN, coin), (BELL, bell)])
def test_layout_changes_nothing(dtype, layout, formulas, data) -> None:
    y, raw = data(dtype, 20_011)
    weight = np.random.default_rng(9).random(len(y))
    plain, plain_weighted = everything(formulas, y, raw), everything(formulas, y, raw, weight=weight)
    change = LAYOUTS[layout]
    for result, right in (
        (everything(formulas, change(y), change(raw)), plain),
        (everything(formulas, change(y), raw), plain),
        (everything(formulas, change(y), change(raw), weight=change(weight)), plain_weighted),
    ):
        assert result[:2] == right[:2]
        assert all(map(same, result[2:], right[2:]))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("kind", ["?", "b", "B", "h", "i", "I", "q", "Q", "e", "f", "d", "g"])
def test_the_targets_dtype_does_not_matter_where_it_holds_the_values(dtype, kind) -> None:
    y, x = coin(dtype)
    y = np.round(y)
    assert evaluate_rows(COIN, y.astype(kind), x.astype(float)).total == evaluate_rows(COIN, y, x.astype(float)).total
    found = evaluate_rows(COIN, y.astype(kind), x, quantity="gradient")
    right = evaluate_rows(COIN, y, x, quantity="gradient")
    assert found.gradient.dtype == dtype
    assert np.abs(found.gradient - right.gradient).max() <= np.finfo(dtype).eps
    assert found.total.round() == pytest.approx(right.total.round(), rel=float(np.finfo(dtype).eps))


def test_float16_is_computed_in_float64_and_rounded_once() -> None:
    y, x = coin(np.float16)
    found = evaluate_rows(COIN, y, x, quantity="gradient", keep_rows=True)
    right = evaluate_rows(COIN, y.astype(float), x.astype(float), quantity="gradient", keep_rows=True)
    assert found.total == right.total
    assert same(found.gradient, right.gradient.astype(np.float16))
    assert same(found.rows, right.rows.astype(np.float16))


@pytest.mark.parametrize("dtype", DTYPES)
def test_parameters_may_come_as_columns_and_numbers(dtype) -> None:
    y, raw = bell(dtype)
    columns = everything(BELL, y, (raw[:, 0], raw[:, 1].copy()))
    assert columns[0] == everything(BELL, y, raw)[0]
    assert same(columns[3], everything(BELL, y, raw)[3])
    constant = evaluate_rows(BELL, y, (raw[:, 0], dtype(0.25)), quantity="gradient")
    filled = evaluate_rows(BELL, y, np.stack([raw[:, 0], np.full(len(y), 0.25, dtype)], 1), quantity="gradient")
    assert constant.total == filled.total
    assert same(constant.gradient, filled.gradient)


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_fixed_parameter_is_a_number_or_a_column(dtype) -> None:
    rng = np.random.default_rng(10)
    y, r = rng.poisson(3, ROWS), rng.standard_normal(ROWS).astype(dtype)
    number = evaluate_rows(TALLY, y, r, fixed=(2.5,), quantity="gradient")
    column = evaluate_rows(TALLY, y, r, fixed=(np.full(ROWS, 2.5, np.float32),), quantity="gradient")
    assert number.total == column.total
    assert same(number.gradient, column.gradient)
    assert evaluate_rows(TALLY, y, r, fixed=(-1.0,)).invalid == ROWS


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("rows", [0, 1, 2, 2047, 2048, 2049])
def test_few_rows(dtype, rows) -> None:
    y, x = coin(dtype, rows)
    found = evaluate_rows(COIN, y, x, quantity="gradient", keep_rows=True, mean=True)
    assert found.total == ExactSum.of(found.rows)
    assert found.count == rows
    assert found.gradient.shape == (rows,)


# --- reductions and results -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("weighted", [False, True])
def test_the_means_gradient_is_the_sums_divided_by_the_weight(dtype, weighted) -> None:
    y, x = coin(dtype)
    weight = np.random.default_rng(11).random(ROWS) if weighted else None
    total = evaluate_rows(COIN, y, x, quantity="hessian", weight=weight)
    mean = evaluate_rows(COIN, y, x, quantity="hessian", weight=weight, mean=True)
    for name in ("gradient", "hessian"):
        right = getattr(total, name).astype(float) / total.weight.round()
        assert np.abs(getattr(mean, name) / right - 1)[right != 0].max() <= 2 * np.finfo(dtype).eps


@pytest.mark.parametrize("scale", [2.0**-1060, 1e-300, 1e300])
def test_the_means_gradient_with_extreme_weights(scale) -> None:
    y, x = coin(np.float64)
    weight = np.ones(ROWS)
    found = evaluate_rows(COIN, y, x, quantity="gradient", weight=weight * scale, mean=True)
    right = evaluate_rows(COIN, y, x, quantity="gradient", weight=weight, mean=True)
    assert np.abs(found.gradient / right.gradient - 1).max() <= 1e-15


def test_an_infinite_derivative_stays_infinite() -> None:
    y, r = np.zeros(3), np.array([800.0, 1.0, 900.0])
    for mean in (False, True):
        for weight in (None, np.ones(3)):
            found = evaluate_rows(TALLY, y, r, fixed=(1.0,), quantity="gradient", mean=mean, weight=weight)
            assert np.isposinf(found.gradient[[0, 2]]).all()
            assert found.infinite == 2


@pytest.mark.parametrize("dtype", DTYPES)
def test_smoothing_mixes_the_target_with_one_half(dtype) -> None:
    y, x = coin(dtype)
    found = evaluate_rows(COIN, y, x, smoothing=0.25, quantity="gradient")
    right = evaluate_rows(COIN, 0.75 * y.astype(float) + 0.125, x.astype(float), quantity="gradient")
    assert found.total.round() == pytest.approx(right.total.round(), rel=float(np.finfo(dtype).eps))
    assert np.abs(found.gradient - right.gradient).max() <= np.finfo(dtype).eps
    y[5] = 1.125
    assert evaluate_rows(COIN, y, x, smoothing=0.25).invalid == 1


@pytest.mark.parametrize("dtype", DTYPES)
def test_out_is_filled_and_returned(dtype) -> None:
    y, raw = bell(dtype)
    right = evaluate_rows(BELL, y, raw, quantity="hessian")
    gradient, hessian = np.empty_like(raw), np.asfortranarray(np.empty_like(raw))
    found = evaluate_rows(BELL, y, raw, quantity="hessian", out=(gradient, hessian))
    assert found.gradient is gradient
    assert found.hessian is hessian
    assert np.array_equal(gradient, right.gradient)
    assert np.array_equal(hessian, right.hessian)
    own = raw.copy()
    found = evaluate_rows(BELL, y, own, quantity="gradient", out=own)
    assert found.gradient is own
    assert found.total == right.total
    assert np.array_equal(own, right.gradient)


@pytest.mark.parametrize("out", [np.empty(4), np.empty(ROWS, np.float16), np.broadcast_to(np.float64(0), (ROWS,))])
def test_an_out_that_does_not_fit_is_an_error(out) -> None:
    y, x = coin(np.float64)
    with pytest.raises(errors.UsageError, match="out must be a writable NumPy array of shape"):
        evaluate_rows(COIN, y, x, quantity="gradient", out=out)


def test_what_cannot_be_computed_is_an_error() -> None:
    y, x = coin(np.float64)
    with pytest.raises(errors.UsageError, match="quantity must be one of"):
        evaluate_rows(COIN, y, x, quantity="curvature")
    with pytest.raises(errors.UsageError, match="Tally: hessian must be known"):
        evaluate_rows(TALLY, y, x, fixed=(1.0,), quantity="hessian")
    with pytest.raises(errors.UsageError, match="raw must have 2 numbers for each of the 5003 rows"):
        evaluate_rows(BELL, y, x)
    with pytest.raises(errors.UsageError, match="raw must have 1 number for each"):
        evaluate_rows(COIN, y, x[1:])


# --- any number of parameters -----------------------------------------------------------------------------------------


def three_valid(y, a, b, c):
    return y >= y


def three_nll(y, a, b, c):
    return a * a + 2 * b * c + where(y > 0, c * c, a)


def three_gradient(y, a, b, c):
    return 2 * a + where(y > 0, 0, 1), 2 * c, 2 * b + where(y > 0, 2 * c, 0)


def three_hessian(y, a, b, c):
    zero = 0 * a
    return 2 + zero, zero, zero, zero, 2 + zero, where(y > 0, 2 + zero, zero)


def test_three_parameters() -> None:
    formulas = RowFormulas("Three", 3, 0, three_valid, three_nll, three_gradient, three_hessian)
    rng = np.random.default_rng(12)
    y, raw = rng.standard_normal(ROWS), rng.integers(-9, 9, (ROWS, 3)).astype(float)
    found = evaluate_rows(formulas, y, raw, quantity="hessian", full=True, keep_rows=True)
    a, b, c = raw.T
    assert np.array_equal(found.rows, three_nll(y, a, b, c))
    assert np.array_equal(found.gradient, np.stack(np.broadcast_arrays(*three_gradient(y, a, b, c)), 1))
    assert np.array_equal(found.hessian[:, 1, 2], found.hessian[:, 2, 1])
    assert (found.hessian[:, 1, 2] == 2).all()
    assert np.array_equal(found.hessian[:, 2, 2], np.where(y > 0, 2.0, 0.0))
    assert found.total.round() == found.rows.sum()
