"""The law of weights, masks, smoothing and reduction, over every family."""

import pickle
import warnings

import numpy as np
import pytest

import crossent as ce
from crossent import errors

N = 37
RNG = np.random.default_rng(2)
TARGETS = {
    "Bernoulli": RNG.integers(0, 2, N),
    "Binomial": RNG.integers(0, 9, N),
    "Categorical": RNG.integers(0, 4, N),
    "Laplace": RNG.normal(size=N),
    "Multinomial": RNG.integers(0, 9, (N, 4)),
    "NegativeBinomial": RNG.integers(0, 9, N),
    "Normal": RNG.normal(size=N),
    "Poisson": RNG.integers(0, 9, N),
}
WIDTH = {"Categorical": 4, "Multinomial": 4, "Laplace": 2, "Normal": 2, "NegativeBinomial": 2}
FIXED = {"Binomial": {"total_count": 9}}
CASES = sorted(TARGETS)


def case(name, dtype=np.float64):
    width = WIDTH.get(name)
    raw = RNG.normal(size=(N, width) if width else N).astype(dtype)
    return ce.Loss(name, **FIXED.get(name, {})), TARGETS[name], raw


def test_every_family_is_a_case():
    assert set(CASES) == set(ce.FAMILIES)


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.float16])
def test_results_have_the_dtype_and_shape_of_the_prediction(name, dtype):
    loss, target, raw = case(name, dtype)
    for reduction in ("mean", "sum", "none"):
        value, gradient, hessian = loss.value_gradient_hessian(target, raw, reduction=reduction)
        assert dtype == value.dtype == gradient.dtype == hessian.dtype
        assert ((N,) if reduction == "none" else ()) == value.shape
        assert raw.shape == gradient.shape == hessian.shape
        assert value.tobytes() == loss(target, raw, reduction=reduction).tobytes()
        fused, again = loss.value_gradient(target, raw, reduction=reduction)
        assert value.tobytes() == fused.tobytes()
        assert gradient.tobytes() == again.tobytes()


@pytest.mark.parametrize("name", CASES)
def test_the_mean_is_the_sum_over_the_weight(name):
    loss, target, raw = case(name)
    weight = RNG.random(N)
    rows = loss(target, raw, reduction="none")
    weighted = loss(target, raw, sample_weight=weight, reduction="none")
    np.testing.assert_allclose(weighted, weight * rows, rtol=4e-16)
    total = loss(target, raw, sample_weight=weight, reduction="sum")
    mean = loss(target, raw, sample_weight=weight)
    np.testing.assert_allclose(total, np.sum(weight * rows), rtol=1e-14)
    np.testing.assert_allclose(mean, total / np.sum(weight), rtol=1e-14)


@pytest.mark.parametrize("name", CASES)
def test_the_gradient_is_that_of_the_returned_value(name):
    loss, target, raw = case(name)
    weight = RNG.random(N)
    _, rows = loss.value_gradient(target, raw, reduction="none")
    column = weight if rows.ndim == 1 else weight[:, None]
    for reduction, scale in (("none", 1), ("sum", 1), ("mean", weight.sum())):
        _, gradient = loss.value_gradient(target, raw, sample_weight=weight, reduction=reduction)
        np.testing.assert_allclose(gradient, rows * column / scale, rtol=1e-14)


@pytest.mark.parametrize("name", CASES)
def test_a_weight_of_k_is_k_copies(name):
    loss, target, raw = case(name)
    weight = RNG.integers(0, 4, N)
    copies = np.repeat(np.arange(N), weight)
    for reduction in ("sum", "mean"):
        expected = loss(target[copies], raw[copies], reduction=reduction)
        assert expected == loss(target, raw, sample_weight=weight, reduction=reduction)


@pytest.mark.parametrize("name", CASES)
def test_a_mask_deletes_rows_without_looking_at_them(name):
    loss, target, raw = case(name)
    mask = RNG.random(N) < 0.6
    dirty, wild = target.astype(float), raw.copy()
    dirty[~mask], wild[~mask] = -100, np.nan
    for reduction in ("mean", "sum", "none"):
        expected, inner = loss.value_gradient(target[mask], raw[mask], reduction=reduction)
        value, gradient = loss.value_gradient(dirty, wild, mask=mask, reduction=reduction)
        np.testing.assert_array_equal(value[mask] if reduction == "none" else value, expected)
        # of the mean: with and without weights, g / sum of w is rounded in different places
        np.testing.assert_array_max_ulp(gradient[mask], inner, 2 if reduction == "mean" else 0)
        assert not np.any(gradient[~mask])
    assert loss(target[mask], raw[mask]) == loss(dirty, wild, sample_weight=mask.astype(float))


@pytest.mark.parametrize("name", CASES)
def test_without_a_row_that_counts(name):
    loss, target, raw = case(name)
    nothing = np.zeros(N, bool)
    with pytest.warns(errors.NoRowsWarning, match="no row counts"):
        value, gradient = loss.value_gradient(target, raw, mask=nothing)
    assert np.isnan(value)
    assert not np.any(gradient)
    assert loss(target, raw, mask=nothing, reduction="sum") == 0
    np.testing.assert_array_equal(loss(target, raw, mask=nothing, reduction="none"), np.zeros(N))


@pytest.mark.parametrize("name", ["Bernoulli", "Categorical"])
def test_smoothing_is_a_convex_combination(name):
    loss, target, raw = case(name)
    k = WIDTH.get(name, 2)
    uniform = np.full((N, k), 1 / k) if name == "Categorical" else np.full(N, 1 / 2)
    plain, flat = loss(target, raw), loss(uniform, raw)
    for smoothing in (0.0, 0.1, 0.5, 1.0):
        expected = (1 - smoothing) * plain + smoothing * flat
        np.testing.assert_allclose(loss(target, raw, label_smoothing=smoothing), expected, rtol=1e-14)


@pytest.mark.parametrize("name", sorted(set(CASES) - {"Bernoulli", "Categorical"}))
def test_other_families_refuse_smoothing(name):
    loss, target, raw = case(name)
    with pytest.raises(errors.UsageError, match="label_smoothing must be 0"):
        loss(target, raw, label_smoothing=0.1)


@pytest.mark.parametrize("smoothing", [-0.1, 1.5, float("nan"), "a", None])
def test_smoothing_is_a_share(smoothing):
    loss, target, raw = case("Bernoulli")
    with pytest.raises(errors.UsageError, match="label_smoothing must be a number in"):
        loss(target, raw, label_smoothing=smoothing)


@pytest.mark.parametrize("weight", [-1.0, np.nan, np.inf])
def test_weights_are_finite_and_not_negative(weight):
    for name in CASES:
        loss, target, raw = case(name)
        weights = np.ones(N)
        weights[5] = weight
        with pytest.raises(errors.DataError, match=r"sample_weight must be .* first sample_weight\[5\]"):
            loss(target, raw, sample_weight=weights)
        assert np.isfinite(loss(target, raw, sample_weight=weights, mask=np.arange(N) != 5))


def test_an_unknown_reduction():
    loss, target, raw = case("Poisson")
    with pytest.raises(errors.UsageError, match="reduction must be one of 'mean', 'sum', 'none'; it is 'batchmean'"):
        loss(target, raw, reduction="batchmean")


@pytest.mark.parametrize("base", [0, 1, -2, "2", np.inf, True])
def test_a_base_is_above_one(base):
    with pytest.raises(errors.UsageError, match="base must be"):
        ce.cross_entropy([1], ce.Bernoulli(probs=[0.5]), base=base)


def test_bits():
    p = ce.Bernoulli(probs=[0.5, 0.25])
    assert ce.cross_entropy([1, 1], p, base=2) == 1.5
    np.testing.assert_array_equal(ce.cross_entropy([1, 1], p, base=2, reduction="none"), [1.0, 2.0])


def test_an_infinite_row_is_infinite_and_nothing_else():
    p = ce.Bernoulli(probs=[0.5, 0.0])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert ce.cross_entropy([1, 1], p) == np.inf
        assert ce.cross_entropy([1, 1], p, reduction="sum") == np.inf
        assert ce.cross_entropy([1, 1], p, sample_weight=[1, 0]) == np.log(2)


@pytest.mark.parametrize("name", CASES)
def test_a_batch_of_any_shape(name):
    loss, target, raw = case(name)
    expected, rows = loss(target[:36], raw[:36]), loss(target[:36], raw[:36], reduction="none")
    batch = (3, 4, 3)
    tail = raw.shape[1:]
    several = target[:36].reshape(batch + target.shape[1:]), raw[:36].reshape(batch + tail)
    assert expected == loss(*several)
    np.testing.assert_array_equal(loss(*several, reduction="none"), rows.reshape(batch))
    _, gradient = loss.value_gradient(*several, mask=np.ones(batch, bool), sample_weight=np.ones(batch))
    assert batch + tail == gradient.shape
    one = loss(target[0], raw[0], reduction="none")
    assert one.shape == ()
    assert rows[0] == one


@pytest.mark.parametrize("name", CASES)
def test_shapes_must_be_equal(name):
    loss, target, raw = case(name)
    wrong = [(target[:-1], raw, {}), (target, raw, {"sample_weight": np.ones((N, 1))}), (target, raw, {"mask": [True]})]
    if name not in ("Categorical", "Multinomial"):
        wrong.append((target[:, None], raw, {}))
    for y, z, keywords in wrong:
        with pytest.raises(errors.UsageError, match="shape"):
            loss(y, z, **keywords)


@pytest.mark.parametrize("name", CASES)
def test_an_empty_batch(name):
    loss, target, raw = case(name)
    assert loss(target[:0], raw[:0], reduction="sum") == 0
    assert loss(target[:0], raw[:0], reduction="none").shape == (0,)
    with pytest.warns(errors.NoRowsWarning):
        value, gradient = loss.value_gradient(target[:0], raw[:0])
    assert np.isnan(value)
    assert raw[:0].shape == gradient.shape


@pytest.mark.parametrize("name", CASES)
def test_layouts_do_not_matter(name):
    loss, target, raw = case(name)
    weight = RNG.random(N)
    expected, gradient = loss.value_gradient(target, raw, sample_weight=weight)
    spread = np.zeros((2 * N, *raw.shape[1:]))[::2]
    spread[:] = raw
    backwards = np.ascontiguousarray(target[::-1])[::-1]
    fortran = np.asfortranarray(raw)
    frozen = raw.copy()
    frozen.flags.writeable = False
    swapped = raw.astype(raw.dtype.newbyteorder())
    narrow = target.astype("i1") if target.dtype.kind == "i" else target
    for y, z in ((target, spread), (backwards, fortran), (target.tolist(), frozen), (narrow, swapped)):
        value, got = loss.value_gradient(y, z, sample_weight=weight)
        assert expected == value
        np.testing.assert_array_equal(got, gradient)


@pytest.mark.parametrize("name", CASES)
def test_a_loss_can_be_pickled(name):
    loss, target, raw = case(name)
    assert loss(target, raw) == pickle.loads(pickle.dumps(loss))(target, raw)
