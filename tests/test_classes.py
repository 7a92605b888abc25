"""Kernels over rows of classes: the same bits however rows are laid out, split and weighted; bad rows are counted."""

from __future__ import annotations

import numpy as np
import pytest

from crossent.families.categorical import classes as CATEGORICAL
from crossent.kernels.classes import evaluate_classes

CLASSES = (1, 2, 3, 10, 64, 65, 1000)
DTYPES = (np.float16, np.float32, np.float64)


def draw(rows, classes, dtype=np.float64, seed=0):
    rng = np.random.default_rng(seed)
    logits = (3 * rng.standard_normal((rows, classes))).astype(dtype)
    target = rng.integers(0, classes, rows)
    logits[np.arange(0, rows, 2), target[::2]] += dtype(25)  # every other row is confident
    return logits, target


def everything(target, logits, **wanted):
    found = evaluate_classes(CATEGORICAL, target, logits, quantity="hessian", keep_rows=True, **wanted)
    assert found.invalid == 0
    return found


def same(a, b):
    assert a.total == b.total
    assert a.weight == b.weight
    for name in ("rows", "gradient", "hessian"):
        assert getattr(a, name).tobytes() == getattr(b, name).tobytes(), name


# --- the same bits ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("classes", CLASSES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_values_and_gradients_do_not_depend_on_what_else_is_asked_for(classes, dtype):
    logits, target = draw(70, classes, dtype)
    whole = everything(target, logits)
    value = evaluate_classes(CATEGORICAL, target, logits, keep_rows=True)
    gradient = evaluate_classes(CATEGORICAL, target, logits, quantity="gradient", keep_rows=True)
    assert value.total == gradient.total == whole.total
    assert value.rows.tobytes() == gradient.rows.tobytes() == whole.rows.tobytes()
    assert gradient.gradient.tobytes() == whole.gradient.tobytes()
    assert value.gradient is None
    assert gradient.hessian is None


@pytest.mark.parametrize("classes", CLASSES)
@pytest.mark.parametrize("soft", [False, True])
def test_a_row_does_not_depend_on_its_place(classes, soft):
    logits, target = draw(41, classes)
    target = np.random.default_rng(1).dirichlet(np.ones(classes), 41) if soft else target
    whole = everything(target, logits)
    order = np.random.default_rng(2).permutation(41)
    shuffled = everything(target[order], logits[order])
    assert shuffled.total == whole.total
    for name in ("rows", "gradient", "hessian"):
        assert getattr(shuffled, name).tobytes() == getattr(whole, name)[order].tobytes()
    for i in (0, 17, 40):
        alone = everything(target[i : i + 1], logits[i : i + 1])
        assert alone.gradient.tobytes() == whole.gradient[i].tobytes()
        assert alone.rows[0] == whole.rows[i]


@pytest.mark.parametrize(("rows", "classes"), [(60_000, 3), (3_000, 100), (130, 5_000)])
def test_threads_do_not_change_a_bit(rows, classes, monkeypatch):
    logits, target = draw(rows, classes, np.float32)
    found = []
    for threads in (1, 2, 3, 7):
        monkeypatch.setenv("CROSSENT_NUM_THREADS", str(threads))
        found.append(everything(target, logits, mean=True))
    for other in found[1:]:
        same(found[0], other)


def test_parts_add_up_to_the_whole():
    logits, target = draw(1_000, 7)
    weight = np.random.default_rng(3).gamma(1.0, size=1_000)
    whole = everything(target, logits, weight=weight)
    parts = [
        evaluate_classes(CATEGORICAL, target[i : i + 77], logits[i : i + 77], weight=weight[i : i + 77])
        for i in range(0, 1_000, 77)
    ]
    assert sum((p.total for p in parts[1:]), parts[0].total) == whole.total
    assert sum((p.weight for p in parts[1:]), parts[0].weight) == whole.weight


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("soft", [False, True])
def test_layouts_give_the_same_bits(dtype, soft):
    logits, target = draw(50, 12, dtype)
    if soft:
        target = np.random.default_rng(1).dirichlet(np.ones(12), 50)
    plain = everything(target, logits)
    wide = np.zeros((100, 24), dtype)
    wide[::2, ::2] = logits
    frozen = logits.copy()
    frozen.setflags(write=False)
    layouts = (np.asfortranarray(logits), wide[::2, ::2], logits[::-1, ::-1].copy()[::-1, ::-1], frozen)
    for layout in layouts:
        same(everything(target, layout), plain)
    assert plain.gradient.dtype == plain.rows.dtype == plain.hessian.dtype == dtype


@pytest.mark.parametrize(
    "dtype", [np.int8, np.uint8, np.int16, np.uint16, np.int32, np.uint32, np.int64, np.uint64, np.float16, np.float64]
)
def test_class_indices_of_every_dtype(dtype):
    logits, target = draw(50, 12)
    same(everything(target.astype(dtype), logits), everything(target, logits))
    two, label = draw(20, 2)
    same(everything(label.astype(bool), two), everything(label, two))


def test_the_double_grade_for_float32():
    logits, target = draw(50, 12, np.float32)
    double = evaluate_classes(CATEGORICAL, target, logits, double=True, keep_rows=True)
    wide = evaluate_classes(CATEGORICAL, target, logits.astype(np.float64), keep_rows=True)
    assert double.total == wide.total
    assert double.rows.dtype == np.float64


@pytest.mark.parametrize("shape", [(0, 3), (0, 100), (5, 1)])
def test_no_rows_and_one_class(shape):
    found = everything(np.zeros(shape[0], np.int64), np.ones(shape))
    assert found.total.round() == 0.0
    assert found.count == shape[0]
    assert not found.gradient.any()
    assert found.gradient.shape == shape


@pytest.mark.parametrize("order", ["C", "F"])
def test_the_gradient_goes_where_it_is_told(order):
    logits, target = draw(50, 12, np.float32)
    room = np.full((50, 12), np.nan, np.float32, order=order)
    found = evaluate_classes(CATEGORICAL, target, logits, quantity="gradient", out=room)
    assert found.gradient is room
    assert np.array_equal(room, everything(target, logits).gradient)


# --- weights, masks, smoothing ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("classes", [3, 100])
@pytest.mark.parametrize("soft", [False, True])
@pytest.mark.parametrize("how", ["mask", "weight", "both"])
def test_rows_that_do_not_count_are_not_inspected(classes, soft, how):
    logits, index = draw(40, classes)
    target = np.random.default_rng(1).dirichlet(np.ones(classes), 40) if soft else index.copy()
    kept = np.arange(40) % 3 != 0
    clean = everything(target[kept], logits[kept])
    logits[~kept] = np.nan
    target[~kept] = -100
    weight = np.where(kept, 1.0, 0.0 if how == "weight" else np.nan)
    given = {"mask": {"mask": kept}, "weight": {"weight": weight}, "both": {"mask": kept, "weight": weight}}[how]
    found = everything(target, logits, **given)
    assert found.total == clean.total
    assert found.weight == clean.weight
    assert found.count == kept.sum()
    assert not found.gradient[~kept].any()
    assert not found.hessian[~kept].any()
    assert not found.rows[~kept].any()
    assert found.gradient[kept].tobytes() == clean.gradient.tobytes()
    assert found.hessian[kept].tobytes() == clean.hessian.tobytes()


def test_weights_multiply_rows_and_derivatives():
    logits, target = draw(40, 5)
    weight = np.random.default_rng(1).integers(0, 9, 40).astype(np.float64)
    plain, weighted = everything(target, logits), everything(target, logits, weight=weight)
    assert np.array_equal(weighted.rows, plain.rows * weight)
    assert weighted.total.round() == pytest.approx(float(plain.rows @ weight), rel=1e-14)
    np.testing.assert_allclose(weighted.gradient, plain.gradient * weight[:, None], rtol=5e-16)
    mean = everything(target, logits, weight=weight, mean=True)
    np.testing.assert_allclose(mean.gradient, weighted.gradient / weight.sum(), rtol=1e-15)
    doubled = everything(target, logits, weight=weight * 2)
    assert np.array_equal(doubled.gradient, weighted.gradient * 2)


@pytest.mark.parametrize("classes", [2, 10, 100])
def test_smoothing_mixes_the_target_with_the_uniform(classes):
    logits, target = draw(30, classes)
    smoothed = everything(target, logits, smoothing=0.1)
    mixed = np.full((30, classes), 0.1 / classes)
    mixed[np.arange(30), target] += 0.9
    soft = everything(mixed, logits)
    np.testing.assert_allclose(smoothed.rows, soft.rows, rtol=1e-15)
    np.testing.assert_allclose(smoothed.gradient, soft.gradient, rtol=1e-13, atol=1e-16)
    onehot = np.eye(classes)[target]
    np.testing.assert_allclose(everything(onehot, logits, smoothing=0.1).rows, smoothed.rows, rtol=1e-15)


# --- bad rows ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("classes", [3, 100])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_bad_rows_are_counted(classes, dtype):
    logits, target = draw(20, classes, dtype)

    def invalid(y, z, **given):
        return evaluate_classes(CATEGORICAL, y, z, quantity="gradient", **given).invalid

    for bad in (-1, classes, 2**62, -(2**63)):
        y = target.copy()
        y[7] = bad
        assert invalid(y, logits) == 1
        assert invalid(y, logits, smoothing=0.1) == 1
    for bad in (0.5, np.nan, np.inf, -1.0):
        y = target.astype(np.float64)
        y[7] = bad
        assert invalid(y, logits) == 1
    z = logits.copy()
    z[3, classes - 1] = z[5, 0] = np.nan
    z[5].view(z[5].dtype.str.replace("f", "u"))[1] = np.array(np.nan, z.dtype).view(z.dtype.str.replace("f", "u")) + 1
    assert invalid(target, z) == 2
    soft = np.full((20, classes), 1 / classes)
    assert invalid(soft, z) == 2
    for bad in (-0.1, 1.5, np.nan, np.inf):
        q = soft.copy()
        q[2, 0] = bad
        assert invalid(q, logits) == 1
    for bad in (-1.0, np.nan, np.inf):
        weight = np.ones(20)
        weight[4] = bad
        assert invalid(target, logits, weight=weight) == 1
    probs = soft.copy()
    for bad in (-0.1, 1.5, np.nan):
        probs[2, 1] = bad
        assert evaluate_classes(CATEGORICAL, target, probs, given=True).invalid == 1


# --- infinite logits --------------------------------------------------------------------------------------------------

INF = np.inf
LOG_2 = 0.693147180559945309
LIMITS = [  # logits, target, value, gradient
    ([-INF, 0, 0], 1, LOG_2, [0, -0.5, 0.5]),
    ([-INF, 0, 0], 0, INF, [-1, 0.5, 0.5]),
    ([INF, 0, 0], 0, 0.0, [0, 0, 0]),
    ([INF, 0, 0], 1, INF, [1, -1, 0]),
    ([INF, INF, 0], 1, LOG_2, [0.5, -0.5, 0]),
    ([INF, -INF, 0], 1, INF, [1, -1, 0]),
    ([-INF, -INF, -INF], 1, INF, [0, 0, 0]),
    ([0, -INF, -INF], 0, 0.0, [0, 0, 0]),
    ([1e300, -1e300, 0], 1, 2e300, [1, -1, 0]),
    ([800.0, 0.0, -1.0], 1, 800.0, [1, -1, 0]),
    ([700.0, 0.0, 690.0], 1, 700.0000453988992, [0.9999546021312976, -1, 4.5397868702434395e-05]),
]


@pytest.mark.parametrize(("logits", "target", "value", "gradient"), LIMITS)
@pytest.mark.parametrize("padding", [0, 90])
def test_infinite_and_far_logits_by_limits(logits, target, value, gradient, padding):
    z = np.array([logits + [-INF] * padding])
    g = np.array([gradient + [0] * padding])
    onehot = np.eye(z.shape[1])[[target]]
    for y in (np.array([target]), onehot):
        found = everything(y, z)
        assert found.rows[0] == pytest.approx(value, rel=1e-15)
        np.testing.assert_allclose(found.gradient, g, rtol=1e-15, atol=1e-300)
        assert np.isfinite(found.hessian).all()
        assert found.infinite == (value == INF)
        assert found.finite_total.round() == (0.0 if value == INF else found.rows[0])


def test_infinite_rows_are_counted_with_their_weight():
    z = np.array([[0.0, -INF], [0.0, 0.0], [1.0, 0.0]])
    found = evaluate_classes(CATEGORICAL, np.array([1, 1, 0]), z, weight=np.array([2.0, 3.0, 0.0]))
    assert found.infinite == 1
    assert found.count == 2
    assert found.total.round() == INF
    assert found.weight.round() == 5.0
    assert found.finite_weight.round() == 3.0
    assert found.finite_total.round() == 3 * LOG_2
