"""Other people's arrays: what is taken, what comes back, and what is refused."""

import sys
import types

import numpy as np
import polars as pl
import pytest

import crossent as ce
from crossent import errors
from crossent.arrays import registry, to_numpy

EXPECTED = ce.cross_entropy(np.array([1, 0, 1]), ce.Bernoulli(logits=np.array([0.5, -1.0, 2.0])), reduction="none")
INPUTS = [
    [1, 0, 1],
    (1, 0, 1),
    [True, False, True],
    np.array([1, 0, 1], np.int8),
    np.array([1, 0, 1], np.uint64),
    np.array([1, 0, 1], np.float16),
    np.array([1, 0, 1], object),
    np.array([True, False, True]),
    np.array([1, 0, 1], ">i4"),
    pl.Series([1, 0, 1]),
    pl.Series([True, False, True]),
]


@pytest.mark.parametrize("target", INPUTS, ids=lambda value: f"{type(value).__name__} {getattr(value, 'dtype', '')}")
def test_any_kind_of_target(target):
    got = ce.cross_entropy(target, ce.Bernoulli(logits=np.array([0.5, -1.0, 2.0])), reduction="none")
    np.testing.assert_array_equal(got, EXPECTED)


def test_rows_come_back_as_the_prediction_came():
    got = ce.cross_entropy([1, 0, 1], ce.Bernoulli(logits=pl.Series([0.5, -1.0, 2.0])), reduction="none")
    assert isinstance(got, pl.Series)
    assert EXPECTED.tolist() == got.to_list()
    got = ce.cross_entropy(pl.Series([1, 0, 1]), ce.Bernoulli(logits=[0.5, -1.0, 2.0]), reduction="none")
    assert isinstance(got, np.ndarray)
    got = ce.Bernoulli(logits=pl.Series([0.5, -1.0, 2.0], dtype=pl.Float32)).nll(pl.Series([1, 0, 1]))
    assert (pl.Series, pl.Float32) == (type(got), got.dtype)


def test_a_pandas_series_keeps_its_index():
    pandas = pytest.importorskip("pandas")
    logits = pandas.Series([0.5, -1.0, 2.0], index=["a", "b", "c"])
    rows, gradient = ce.Loss("bernoulli").value_gradient(pandas.Series([1, 0, 1]), logits, reduction="none")
    assert ["a", "b", "c"] == list(rows.index) == list(gradient.index)
    assert EXPECTED.tolist() == rows.tolist()
    nullable = pandas.Series([1, 0, 1], dtype="Int64")
    assert EXPECTED.mean() == ce.cross_entropy(nullable, ce.Bernoulli(logits=logits))


def test_a_frame_is_a_matrix_and_its_gradient_a_frame():
    frame = pl.DataFrame({"loc": [0.5, -1.0], "log_scale": [0.0, 0.5]})
    value, gradient = ce.Loss("normal").value_gradient([0.0, 1.0], frame)
    expected, matrix = ce.Loss("normal").value_gradient([0.0, 1.0], frame.to_numpy())
    assert expected == value
    assert gradient.columns == ["loc", "log_scale"]
    np.testing.assert_array_equal(gradient.to_numpy(), matrix)


@pytest.mark.parametrize("target", [pl.Series([1, None, 1]), [1, None, 1], pl.Series([True, None, True])])
def test_a_missing_value_is_named_unless_its_row_does_not_count(target):
    p = ce.Bernoulli(logits=np.array([0.5, -1.0, 2.0]))
    with pytest.raises(errors.DataError, match=r"1 of 3 values is not, first target\[1\] = nan"):
        ce.cross_entropy(target, p)
    assert EXPECTED[[0, 2]].mean() == ce.cross_entropy(target, p, mask=[True, False, True])


def test_a_missing_prediction_is_named():
    with pytest.raises(errors.DataError, match=r"logits must be any number.* first logits\[1\] = nan"):
        ce.cross_entropy([1, 0], ce.Bernoulli(logits=pl.Series([0.5, None])))


def test_numbers_give_numbers():
    got = ce.cross_entropy(1, ce.Bernoulli(probs=0.5), reduction="none")
    assert got.shape == ()
    assert np.log(2) == got
    assert np.log(2) == ce.cross_entropy([1, 0, 1], ce.Bernoulli(probs=0.5))


def test_a_number_beside_float32_stays_float32():
    p = ce.Normal(loc=np.zeros(3, np.float32), scale=1.0)
    assert np.float32 == ce.cross_entropy([0.0, 1.0, 2.0], p).dtype
    assert np.float32 == p.nll([0.0, 1.0, 2.0]).dtype


@pytest.mark.parametrize(
    ("value", "match"),
    [
        ([1, "a", 0], "target must be numbers"),
        (["a", "b", "c"], "target must be numbers"),
        ([[1, 0], [1]], "rectangular"),
        (np.array([1j, 0, 1]), "target must be numbers; it is of dtype complex128"),
        (np.array(["2020-01-01"] * 3, "M8[D]"), "target must be numbers"),
        (np.ma.masked_array([1, 0, 1], [True, False, False]), "mask"),
        ([object(), 0, 1], "for example <object"),
    ],
)
def test_what_is_no_number_is_refused(value, match):
    with pytest.raises(errors.UsageTypeError, match=match):
        ce.cross_entropy(value, ce.Bernoulli(logits=np.zeros(3)))


def test_a_mask_is_boolean():
    with pytest.raises(errors.UsageTypeError, match="mask must be boolean"):
        ce.cross_entropy([1, 0], ce.Bernoulli(probs=[0.5, 0.5]), mask=[1, 0])


@pytest.fixture
def foreign(monkeypatch):
    """A class as another package defines it, without that package."""

    def make(root):
        kind = type("Tensor", (), {"__module__": f"{root}.inner", "__array__": lambda self, *_, **__: np.ones(2)})
        monkeypatch.setattr(registry, "_registered", dict(registry._registered))
        registry._of_type.clear()
        return kind()

    yield make
    registry._of_type.clear()


@pytest.mark.parametrize("root", sorted(registry.CONVERSIONS))
def test_a_tensor_is_never_detached_silently(foreign, root):
    tensor = foreign(root)
    for call in (
        lambda: ce.cross_entropy(tensor, ce.Bernoulli(probs=[0.5, 0.5])),
        lambda: ce.cross_entropy([1, 0], ce.Bernoulli(probs=tensor)),
        lambda: ce.Loss("bernoulli")([1, 0], tensor),
        lambda: ce.Loss("bernoulli")([1, 0], [tensor, tensor]),
        lambda: ce.tally([1, 0], ce.Bernoulli(probs=[0.5, 0.5]), sample_weight=tensor),
    ):
        with pytest.raises(errors.UsageTypeError, match=f"the adapter for {root} is not there") as caught:
            call()
        assert registry.CONVERSIONS[root] in str(caught.value)


def test_real_tensors_are_refused():
    torch = pytest.importorskip("torch", reason="torch: in the benchmarks' environment only")
    with pytest.raises(errors.UsageTypeError, match=r"raw must be .* it is a torch Tensor"):
        ce.Loss("bernoulli")([1, 0], torch.zeros(2, requires_grad=True))
    with pytest.raises(errors.UsageTypeError, match=r"tensor\.detach\(\)"):
        ce.cross_entropy(torch.ones(2), ce.Bernoulli(probs=[0.5, 0.5]))


def test_an_adapter_can_convert(foreign):
    tensor = foreign("somewhere")
    kind = type(tensor)
    ce.register_arrays("somewhere", ce.Arrays(lambda value: np.array([0.5, 0.25]), lambda rows, prediction: kind))
    assert kind is ce.cross_entropy([1, 0], ce.Bernoulli(probs=tensor), reduction="none")
    np.testing.assert_array_equal(to_numpy(tensor, "probs"), [0.5, 0.25])


def test_an_adapter_can_take_over_the_call(foreign):
    tensor, calls = foreign("torch"), []

    def take_over(name, function, arguments, keywords):
        calls.append((name, keywords.get("reduction")))
        return "answered"

    ce.register_arrays("torch", ce.Arrays(take_over=take_over))
    assert ce.cross_entropy([1, 0], ce.Bernoulli(probs=tensor)) == "answered"
    assert ce.Loss("bernoulli")([1, 0], tensor, reduction="sum") == "answered"
    assert ce.Loss("bernoulli").value_gradient([1, 0], tensor) == "answered"
    assert ce.tally([1, 0], ce.Bernoulli(probs=tensor)) == "answered"
    assert calls == [("cross_entropy", "mean"), ("loss", "sum"), ("value_gradient", "mean"), ("tally", None)]


def test_looking_at_a_type_imports_nothing():
    before = set(sys.modules)
    registry.arrays_of(type("Odd", (), {"__module__": "never_heard_of.it"}))
    assert before == set(sys.modules)
    assert isinstance(sys.modules["crossent.arrays.registry"], types.ModuleType)
