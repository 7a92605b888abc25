"""The solver: passes that merge, bits that do not depend on threads, digits, and searches that have no end."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

import crossent as ce
from crossent.families.catalogue import FAMILIES
from crossent.fitting.chunks import ArrayRows, Chunk
from crossent.fitting.links import link_of
from crossent.fitting.model import Model
from crossent.fitting.solver import double_double as dd
from crossent.fitting.solver import maximise as maximising
from crossent.fitting.solver import passes, quasi_newton
from crossent.fitting.solver.maximise import maximise
from crossent.fitting.solver.newton import Recedes, Search

SHAPES = ("Bernoulli", "Binomial", "Poisson", "NegativeBinomial", "Normal", "Categorical", "Multinomial")


def table(name: str, rows: int, columns: int = 3, seed: int = 0) -> tuple[Model, ArrayRows]:
    """A model of a family and rows drawn from it."""
    rng = np.random.default_rng(seed)
    design = rng.normal(size=(rows, columns))
    eta = 0.3 + design @ np.linspace(-0.6, 0.8, columns)
    family, classes, fixed = FAMILIES[name], (), ()
    if name == "Bernoulli":
        target = (rng.random(rows) < 1 / (1 + np.exp(-eta))).astype(float)
    elif name == "Binomial":
        fixed = (rng.integers(1, 9, rows).astype(float),)
        target = rng.binomial(fixed[0].astype(int), 1 / (1 + np.exp(-eta))).astype(float)
    elif name == "Poisson":
        target = rng.poisson(np.exp(eta)).astype(float)
    elif name == "NegativeBinomial":
        target = rng.poisson(np.exp(eta) * rng.gamma(2.0, 0.5, rows)).astype(float)
    elif name == "Normal":
        target = eta + rng.normal(size=rows)
    else:
        classes = ("a", "b", "c")
        p = np.exp(np.stack([0 * eta, eta, -eta], axis=1))
        p /= p.sum(axis=1, keepdims=True)
        draws = rng.random((rows, 5 if name == "Multinomial" else 1))
        picked = (draws[:, :, None] > np.cumsum(p, axis=1)[:, None, :]).sum(axis=2)
        target = picked[:, 0].astype(float)
        if name == "Multinomial":
            target = np.stack([(picked == k).sum(axis=1) for k in range(3)], axis=1).astype(float)
    names = tuple(f"x{k}" for k in range(columns))
    model = Model(family, link_of(family), names, True, classes)
    return model, ArrayRows(names, target, design, fixed=fixed)


@pytest.mark.parametrize("name", SHAPES)
def test_states_merge_and_do_not_depend_on_threads(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    model, rows = table(name, 40_000)
    at = np.full(len(model.names), 0.1)
    made = []
    for threads in ("1", "2", "3"):
        monkeypatch.setenv("CROSSENT_NUM_THREADS", threads)
        made.append(passes.whole(model, rows, at))
    for other in made[1:]:
        assert other.value == made[0].value
        assert np.array_equal(other.gradient, made[0].gradient)
        assert np.array_equal(other.curvature, made[0].curvature)
    empty = passes.State(len(model.names), curvature=np.zeros((len(model.names),) * 2))
    halves = [rows.part(slice(0, 16_384)), rows.part(slice(16_384, None), 16_384)]
    merged = empty.update(model, halves[0], at) + empty.update(model, halves[1], at)
    assert merged.value == made[0].value
    assert merged.rows == 40_000
    np.testing.assert_allclose(merged.gradient, made[0].gradient, rtol=1e-12, atol=1e-9)
    np.testing.assert_allclose(merged.curvature, made[0].curvature, rtol=1e-12, atol=1e-9)


@pytest.mark.parametrize("name", SHAPES)
def test_gradient_and_curvature_are_those_of_the_value(name: str) -> None:
    model, rows = table(name, 300)
    rng = np.random.default_rng(1)
    at = rng.normal(size=len(model.names)) * 0.2
    state = passes.whole(model, rows, at)
    step = 1e-5
    for place in range(len(at)):
        ends = []
        for sign in (1, -1):
            moved = at.copy()
            moved[place] += sign * step
            ends.append(passes.whole(model, rows, moved))
        slope = (ends[0].value - ends[1].value) / (2 * step)
        bend = (ends[0].gradient - ends[1].gradient) / (2 * step)
        scale = abs(state.value)
        assert abs(slope - state.gradient[place]) < 1e-7 * scale
        assert np.abs(bend - state.curvature[place]).max() < 1e-6 * scale
    scores = model.scores(next(rows.chunks()), at)
    np.testing.assert_allclose(scores.sum(axis=0), state.gradient, rtol=1e-10, atol=1e-8)


@pytest.mark.parametrize("name", SHAPES)
def test_a_sample_first_ends_at_the_same_maximum(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    model, rows = table(name, 70_000)
    whole = maximise(model, rows)
    assert whole.certificate.step < 1e-6
    monkeypatch.setattr(maximising.beginning, "SAMPLED_FROM", 10**9)
    direct = maximise(model, rows)
    error = np.sqrt(np.diag(direct.covariance))
    assert (np.abs(whole.coefficients - direct.coefficients) / error).max() < 1e-6
    np.testing.assert_allclose(whole.covariance, direct.covariance, rtol=1e-6, atol=1e-14)


def test_gradients_around_a_sample_end_at_newtons_maximum(monkeypatch: pytest.MonkeyPatch) -> None:
    model, rows = table("Categorical", 70_000)
    called = []
    descend = quasi_newton.descend
    monkeypatch.setattr(maximising, "DEAR", 1)
    monkeypatch.setattr(maximising, "descend", lambda *a: (called.append(a[-1]), descend(*a)))
    one = maximise(model, rows)
    monkeypatch.setattr(maximising, "DEAR", 10**9)
    other = maximise(model, rows)
    assert called == [0.1, maximising.DONE / 4, maximising.NEAR]  # a sample of the sample, the sample; the sample
    error = np.sqrt(np.diag(other.covariance))
    assert (np.abs(one.coefficients - other.coefficients) / error).max() < 1e-6


def test_columns_far_from_zero_are_centred_inside_only() -> None:
    model, rows = table("Bernoulli", 4000)
    near = maximise(model, rows)
    far = maximise(model, ArrayRows(rows.columns, rows.target, rows.design + 1e6))
    np.testing.assert_allclose(far.coefficients[1:], near.coefficients[1:], rtol=1e-8)
    slopes = [np.sqrt(np.diag(each.covariance))[1:] for each in (far, near)]
    np.testing.assert_allclose(slopes[0], slopes[1], rtol=1e-6)
    expected = near.coefficients[0] - 1e6 * near.coefficients[1:].sum()
    assert abs(far.coefficients[0] / expected - 1) < 1e-8


def test_ridge_spares_the_intercept() -> None:
    model, rows = table("Bernoulli", 500)
    heavy = maximise(model, rows, ridge=1e9)
    share = rows.target.mean()
    assert np.abs(heavy.coefficients[1:]).max() < 1e-6
    assert abs(heavy.coefficients[0] - np.log(share / (1 - share))) < 1e-6
    light = maximise(model, rows, ridge=2.0)
    state = passes.whole(model, rows, light.coefficients, "gradient")
    penalty = np.array([0.0, 2.0, 2.0, 2.0])
    assert np.abs(state.gradient + penalty * light.coefficients).max() < 1e-9


def test_weights_frequencies_and_offsets() -> None:
    model, rows = table("Poisson", 200)
    rng = np.random.default_rng(5)
    frequency = rng.integers(0, 4, 200).astype(float)
    repeated = np.repeat(np.arange(200), frequency.astype(int))
    by_frequency = maximise(model, ArrayRows(rows.columns, rows.target, rows.design, frequency=frequency))
    by_rows = maximise(model, ArrayRows(rows.columns, rows.target[repeated], rows.design[repeated]))
    np.testing.assert_allclose(by_frequency.coefficients, by_rows.coefficients, rtol=1e-12)
    np.testing.assert_allclose(by_frequency.covariance, by_rows.covariance, rtol=1e-11, atol=1e-18)
    assert by_frequency.frequency == by_rows.frequency == len(repeated)
    shifted = maximise(model, ArrayRows(rows.columns, rows.target, rows.design, offset=rows.design[:, 0] * 2))
    plain = maximise(model, rows)
    np.testing.assert_allclose(shifted.coefficients - plain.coefficients, [0, -2, 0, 0], atol=1e-12)


def test_separated_rows_recede_and_do_not_end_in_a_number() -> None:
    x = np.linspace(-1, 1, 40)[:, None]
    model = Model(FAMILIES["Bernoulli"], link_of(FAMILIES["Bernoulli"]), ("x",))
    with pytest.raises(Recedes):
        maximise(model, ArrayRows(("x",), (x[:, 0] > 0).astype(float), x))


def test_a_search_that_is_cut_short_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crossent.fitting.solver.newton.MOST_ITERATIONS", 2)
    model, rows = table("Poisson", 300)
    with pytest.raises(ce.errors.NoAnswerError, match="after 2 iterations"):
        maximise(model, rows)


def test_a_start_at_which_a_row_is_impossible() -> None:
    family = FAMILIES["Poisson"]
    model = Model(family, link_of(family, "identity"), ())
    offset = np.array([0.0, -50.0, 0.0])
    with pytest.raises(ce.errors.NoAnswerError, match="identity"):
        Search(model, ArrayRows((), np.array([1.0, 2.0, 3.0]), np.empty((3, 0)), offset=offset),
               np.array([2.0]), np.zeros(1)).run()  # fmt: skip


def test_pairs_hold_twice_the_digits() -> None:
    rng = np.random.default_rng(3)
    cases = 0
    for _ in range(300):
        a, b = (rng.normal(size=6) * 10.0 ** rng.integers(-12, 12, 6) for _ in range(2))
        rest = a * 2.0**-55
        high, low = dd.total(dd.two_product(a, b))
        exact = sum(Fraction(x) * Fraction(y) for x, y in zip(a, b, strict=True))
        size = sum(abs(Fraction(x) * Fraction(y)) for x, y in zip(a, b, strict=True))
        assert abs(Fraction(float(high)) + Fraction(float(low)) - exact) <= size * Fraction(2) ** -100
        q = dd.quotient((a, rest), (b, 0 * b))
        for k in range(6):
            held = Fraction(a[k]) + Fraction(rest[k])
            wanted = held / Fraction(b[k])
            got = Fraction(float(q[0][k])) + Fraction(float(q[1][k]))
            assert abs(got - wanted) <= abs(wanted) * Fraction(2) ** -95 + Fraction(2) ** -200
            cases += 1
    assert cases == 1800


def test_cholesky_of_a_hilbert_matrix_in_pairs() -> None:
    size = 11
    exact = [[Fraction(1, i + j + 1) for j in range(size)] for i in range(size)]
    high = np.array([[float(v) for v in row] for row in exact])
    low = np.array([[float(v - Fraction(float(v))) for v in row] for row in exact])
    factor = dd.cholesky((high, low))
    assert factor is not None
    product = dd.matrix_product(factor, (factor[0].T, factor[1].T))
    assert np.abs((product[0] - high) + (product[1] - low)).max() < 1e-30
    assert dd.cholesky((-high, -low)) is None


def test_an_empty_chunk_adds_nothing() -> None:
    model, rows = table("Bernoulli", 100)
    at = np.zeros(len(model.names))
    state = passes.whole(model, rows, at)
    again = state.update(model, Chunk(100, np.empty(0), np.empty((0, 3))), at)
    assert again.value == state.value
    assert np.array_equal(again.gradient, state.gradient)


class Stream:
    """Rows that are not in memory, as far as the solver knows."""

    def __init__(self, rows: ArrayRows) -> None:
        self.rows, self.columns, self.name, self.passes = rows, rows.columns, "a stream", 0

    def chunks(self):
        self.passes += 1
        yield from self.rows.chunks()


@pytest.mark.parametrize("name", ["Bernoulli", "Categorical"])
def test_streams_end_where_memory_does_in_few_passes(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    model, rows = table(name, 200_000, 2)
    monkeypatch.setattr(maximising.beginning, "MOST_SAMPLED", 40_000)
    stream = Stream(rows)
    one, other = maximise(model, stream), maximise(model, rows)
    error = np.sqrt(np.diag(other.covariance))
    assert (np.abs(one.coefficients - other.coefficients) / error).max() < 1e-6
    assert stream.passes <= 7  # a look at the beginning, the sample, Newton's steps
    told = []
    maximise(model, stream, progress=lambda count, **more: told.append((count, more)))
    assert told[-1][0] == 200_000
    assert {"iteration", "loss"} <= told[-1][1].keys()


def test_fits_at_the_same_time_leave_blas_as_it_was() -> None:
    from concurrent.futures import ThreadPoolExecutor

    from threadpoolctl import threadpool_info

    def counts() -> list[int]:
        return [library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"]

    model, rows = table("Bernoulli", 5000)
    maximise(model, rows)
    before = counts()
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: maximise(model, rows).coefficients, range(12)))
    assert counts() == before
    assert all(np.array_equal(made[0], each) for each in made)
