"""Loss: raw predictions, held and fixed parameters, gradients, curvatures, errors."""

import numpy as np
import pytest

import crossent as ce
from crossent import errors

RNG = np.random.default_rng(4)
N = 50
REAL = RNG.normal(size=N)
COUNT = RNG.integers(0, 9, N)
TWO = RNG.normal(size=(N, 2))


@pytest.mark.parametrize("scale", [1.0, 0.5, np.linspace(0.5, 2, N)])
def test_a_held_parameter_leaves_raw(scale):
    loss = ce.Loss("normal", scale=scale)
    whole = np.stack([TWO[:, 0], np.broadcast_to(np.log(scale), N)], axis=-1)
    expected, full_gradient, full_hessian = ce.Loss("normal").value_gradient_hessian(REAL, whole, full=True)
    value, gradient, hessian = loss.value_gradient_hessian(REAL, TWO[:, 0])
    assert expected == value
    np.testing.assert_array_equal(gradient, full_gradient[:, 0])
    np.testing.assert_array_equal(hessian, full_hessian[:, 0, 0])
    assert value == loss(REAL, TWO[:, 0])


def test_a_raw_parameter_can_be_held_too():
    assert ce.Loss("normal", log_scale=0.0)(REAL, TWO[:, 0]) == ce.Loss("normal", scale=1.0)(REAL, TWO[:, 0])
    held = ce.Loss("negative_binomial", concentration=2.0)
    whole = np.stack([TWO[:, 0], np.full(N, np.log(2.0))], axis=-1)
    assert held(COUNT, TWO[:, 0]) == ce.Loss("negative_binomial")(COUNT, whole)


@pytest.mark.parametrize("curvature", ["exact", "fisher", "upper_bound"])
def test_a_held_parameter_leaves_the_curvature(curvature):
    whole = np.stack([TWO[:, 0], np.zeros(N)], axis=-1)
    options = {"curvature": curvature, "reduction": "sum"}
    _, _, expected = ce.Loss("normal").value_gradient_hessian(REAL, whole, **options)
    _, _, hessian = ce.Loss("normal", scale=1.0).value_gradient_hessian(REAL, TWO[:, 0], **options)
    np.testing.assert_array_equal(hessian, expected[:, 0])


def test_a_fixed_parameter_at_once_or_in_the_call():
    total = COUNT + 3
    expected = ce.Loss("binomial")(COUNT, REAL, total_count=total)
    assert expected == ce.Loss("binomial", total_count=total)(COUNT, REAL)
    assert ce.cross_entropy(COUNT, ce.Binomial(logits=REAL, total_count=total)) == expected


def test_a_fixed_parameter_broadcasts():
    loss = ce.Loss("binomial", total_count=np.full((1, 5), 9))
    batch = COUNT.reshape(10, 5), REAL.reshape(10, 5)
    assert ce.Loss("binomial", total_count=9)(COUNT, REAL) == loss(*batch)


@pytest.mark.parametrize(
    ("make", "error", "match"),
    [
        (lambda: ce.Loss("normal", width=1.0), errors.UsageTypeError, "'width' is not"),
        (
            lambda: ce.Loss("normal", loc=0.0, scale=1.0),
            errors.UsageTypeError,
            "at least one raw parameter must be left",
        ),
        (lambda: ce.Loss("normal", scale=1.0, log_scale=0.0), errors.UsageTypeError, "given once"),
        (lambda: ce.Loss("gauss"), errors.UsageError, "none called 'gauss'"),
        (lambda: ce.Loss(3), errors.UsageTypeError, "family must be a family or its name"),
        (lambda: ce.Loss(ce.Bernoulli(probs=0.5)), errors.UsageTypeError, "must be a family or its name"),
        (lambda: ce.Loss("binomial")(COUNT, REAL), errors.UsageTypeError, "total_count must be given"),
        (lambda: ce.Loss("poisson")(COUNT, REAL, total_count=1), errors.UsageError, "keyword"),
        (lambda: ce.Loss("poisson", classes=["a"]), errors.UsageError, "classes must not be given"),
        (lambda: ce.Loss("categorical", classes=["a", "a"]), errors.UsageError, "classes must be distinct"),
    ],
)
def test_what_cannot_be_made(make, error, match):
    with pytest.raises(error, match=match):
        make()


@pytest.mark.parametrize(
    ("family", "target", "raw", "match"),
    [
        ("poisson", COUNT, REAL[:, None], r"poisson: raw must have the target's shape.* its shape is \(50, 1\)"),
        ("normal", REAL, REAL, r"normal: raw must have a last axis of 2: loc, log_scale; its shape is \(50,\)"),
        ("normal", REAL, np.zeros((N, 3)), r"last axis of 2"),
        ("categorical", COUNT, np.zeros((N + 1, 9)), r"categorical: target must have the shape \(51,\)"),
        ("categorical", COUNT, np.float64(1), r"categorical: raw must have the classes as its last axis"),
        ("multinomial", COUNT, np.zeros((N, 9)), r"multinomial: target must have the shape \(50, 9\) \(counts\)"),
    ],
)
def test_shapes_of_raw(family, target, raw, match):
    with pytest.raises(errors.UsageError, match=match):
        ce.Loss(family)(target, raw)


def test_a_gradient_needs_a_row_of_raw_for_every_target():
    loss = ce.Loss("poisson")
    assert loss(COUNT, 0.5) == ce.cross_entropy(COUNT, ce.Poisson(log_rate=0.5))
    with pytest.raises(errors.UsageError, match="a gradient has raw's shape"):
        loss.value_gradient(COUNT, 0.5)


@pytest.mark.parametrize("family", ["poisson", "normal", "categorical"])
def test_out_receives_the_gradient(family):
    raw = {"poisson": REAL, "normal": TWO, "categorical": RNG.normal(size=(N, 9))}[family]
    loss, target = ce.Loss(family), REAL if family == "normal" else COUNT
    expected, gradient = loss.value_gradient(target, raw)
    out = np.full_like(raw, np.nan)
    value, same = loss.value_gradient(target, raw, out=out)
    assert same is out
    assert expected == value
    np.testing.assert_array_equal(out, gradient)
    batch = (5, 10)
    out = np.empty(batch + raw.shape[1:])
    loss.value_gradient(target.reshape(batch), raw.reshape(batch + raw.shape[1:]), out=out)
    np.testing.assert_array_equal(out.reshape(raw.shape), gradient)


@pytest.mark.parametrize("out", [np.empty(N - 1), np.empty(N, np.float32), [0.0] * N, np.broadcast_to(0.0, N)])
def test_out_must_fit(out):
    with pytest.raises(errors.UsageError, match=r"out must be a writable .* of shape \(50,\) and dtype float64"):
        ce.Loss("poisson").value_gradient(COUNT, REAL, out=out)


CURVED = {
    "bernoulli": (RNG.random(N), REAL),
    "binomial": (COUNT, REAL),
    "categorical": (COUNT, RNG.normal(size=(N, 9))),
    "multinomial": (RNG.integers(0, 9, (N, 4)), RNG.normal(size=(N, 4))),
    "normal": (REAL, TWO),
    "laplace": (REAL, TWO),
    "poisson": (COUNT, REAL),
    "negative_binomial": (COUNT, TWO),
}


@pytest.mark.parametrize("family", CURVED)
@pytest.mark.parametrize("curvature", ["exact", "fisher", "upper_bound"])
@pytest.mark.parametrize("reduction", ["none", "mean"])
def test_curvatures_fit_together(family, curvature, reduction):
    target, raw = CURVED[family]
    loss = ce.Loss(family, **({"total_count": 9} if family == "binomial" else {}))
    weight = RNG.random(N)
    weight[3] = 0
    arguments = {"sample_weight": weight, "reduction": reduction, "curvature": curvature}
    _, _, exact = loss.value_gradient_hessian(target, raw, full=True, **(arguments | {"curvature": "exact"}))
    value, gradient, diagonal = loss.value_gradient_hessian(target, raw, **arguments)
    _, _, full = loss.value_gradient_hessian(target, raw, full=True, **arguments)
    assert raw.shape == gradient.shape == diagonal.shape
    k = raw.shape[1] if raw.ndim == 2 else 1
    assert (N, k, k) == full.shape
    np.testing.assert_array_equal(np.diagonal(full, axis1=1, axis2=2).reshape(raw.shape), diagonal)
    np.testing.assert_array_equal(full, np.swapaxes(full, 1, 2))
    assert not np.any(full[3])
    if curvature == "upper_bound":
        assert np.linalg.eigvalsh(full - exact).min() > -1e-12
    assert value.tobytes() == loss(target, raw, sample_weight=weight, reduction=reduction).tobytes()


def test_the_gradient_and_the_hessian_are_those_of_the_value():
    """Against central differences of the exact sum, in float64: a check of layout and sign, not of digits."""
    for family, (target, raw) in CURVED.items():
        loss = ce.Loss(family, **({"total_count": 9} if family == "binomial" else {}))
        _, gradient, hessian = loss.value_gradient_hessian(target[:4], raw[:4], full=True)
        step, shape = 1e-5, raw[:4].shape
        for place in np.ndindex(shape):
            moved = np.zeros(shape)
            moved[place] = step
            above, up = loss.value_gradient(target[:4], raw[:4] + moved)
            below, down = loss.value_gradient(target[:4], raw[:4] - moved)
            np.testing.assert_allclose(gradient[place], (above - below) / (2 * step), rtol=1e-4, atol=1e-8)
            entries = hessian[place[0]].reshape(-1, hessian.shape[-1])[place[1] if len(place) > 1 else 0]
            differences = ((up - down) / (2 * step))[place[0]]
            np.testing.assert_allclose(entries, np.atleast_1d(differences), rtol=1e-4, atol=1e-7)


def test_a_family_without_an_upper_bound_says_so():
    family = ce.Family(
        "Square", (ce.Parameter("centre", "c"),), ce.Support("real"), lambda y, centre: (y - centre) ** 2
    )
    value, gradient, hessian = ce.Loss(family).value_gradient_hessian([1.0], np.array([0.0]))
    assert (value, gradient[0], hessian[0]) == (1, -2, 2)
    with pytest.raises(errors.UsageError, match="square: the curvature 'upper_bound' must be known"):
        ce.Loss(family).value_gradient_hessian([1.0], np.array([0.0]), curvature="upper_bound")


def test_an_unknown_curvature():
    with pytest.raises(errors.UsageError, match="curvature must be one of 'exact', 'fisher', 'upper_bound'"):
        ce.Loss("poisson").value_gradient_hessian(COUNT, REAL, curvature="newton")


def test_text_classes():
    loss = ce.Loss("categorical", classes=["cat", "dog", "emu"])
    logits = RNG.normal(size=(3, 3))
    expected = ce.Loss("categorical")([2, 0, 1], logits)
    assert expected == loss(["emu", "cat", "dog"], logits)
    assert expected == loss(np.array(["emu", "cat", "dog"]), logits)
    p = ce.Categorical(logits=logits, classes=["cat", "dog", "emu"])
    assert expected == ce.cross_entropy(["emu", "cat", "dog"], p) == ce.tally(["emu", "cat", "dog"], p).mean
    with pytest.raises(
        errors.DataError, match=r"one of the classes 'cat', 'dog', 'emu'; 1 of 3 .* target\[1\] = 'fox'"
    ):
        loss(["emu", "fox", "dog"], logits)
    masked = loss(["emu", "fox", "dog"], logits, mask=[True, False, True])
    assert ce.Loss("categorical")([2, 1], logits[[0, 2]]) == masked
    with pytest.raises(errors.UsageTypeError, match=r"classes=\[\.\.\.\]"):
        ce.Loss("categorical")(["emu", "cat", "dog"], logits)


def test_classes_that_are_numbers_are_matched_by_name():
    loss = ce.Loss("categorical", classes=[10, 20, 30])
    logits = RNG.normal(size=(3, 3))
    assert ce.Loss("categorical")([2, 0, 1], logits) == loss([30, 10, 20], logits)


def test_whole_floats_are_classes():
    logits = RNG.normal(size=(3, 3))
    assert ce.Loss("categorical")([2, 0, 1], logits) == ce.Loss("categorical")([2.0, 0.0, 1.0], logits)
    with pytest.raises(errors.DataError, match=r"a class, 0 to 2; .* target\[1\] = 0\.5"):
        ce.Loss("categorical")([2.0, 0.5, 1.0], logits)
