"""What `fit` refuses, and what it says."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import crossent as ce

RNG = np.random.default_rng(0)
WIDE = RNG.normal(size=(5, 8))
Y = np.array([0.0, 1.0, 0.0, 1.0, 1.0])
LINE = np.arange(6.0)

REFUSED: list[tuple[Any, Any, dict[str, Any], type[Exception], str]] = [
    ("bernoulli", (Y, WIDE), {}, ce.errors.DataError, "5 rows for 9"),
    ("normal", (Y, WIDE), {"ridge": 1.0}, ce.errors.NoAnswerError, "must be reached"),
    ("normal", (LINE * 2 + 1, LINE[:, None]), {}, ce.errors.DataError, "reproduce y exactly"),
    ("normal", (Y, WIDE[:, :1]), {"exposure": np.ones(5)}, ce.errors.UsageError, "link log"),
    ("poisson", (Y, WIDE[:, :1]), {"link": "probit"}, ce.errors.UsageError, "one of log, identity"),
    ("binomial", (Y, WIDE[:, :1]), {}, ce.errors.UsageError, "--trials COLUMN"),
    ("bernoulli", (Y, WIDE[:, :1]), {"ridge": -1.0}, ce.errors.UsageError, "at least 0"),
    ("bernoulli", (Y, WIDE[:, :1]), {"fixed": {"probs": 0.5}}, ce.errors.UsageError, "no parameter that can be fixed"),
    ("negative_binomial", (Y, WIDE[:, :1]), {"fixed": {"concentration": -1}}, ce.errors.UsageError, "concentration"),
    ("bernoulli", (Y, WIDE[:, :1]), {"sample_weight": Y + 1, "errors": "model"}, ce.errors.UsageError, "--frequency"),
    ("bernoulli", (Y, WIDE[:, :1]), {"errors": "robust"}, ce.errors.UsageError, "sandwich"),
    ("laplace", (Y, WIDE[:, :1]), {"ridge": 1.0}, ce.errors.UsageError, "smooth losses"),
    ("bernoulli", (Y, WIDE[:, :1]), {"time": LINE[:5], "cluster": LINE[:5]}, ce.errors.UsageError, "time"),
    ("bernoulli", (Y, WIDE[:, :1]), {"gap": 2}, ce.errors.UsageError, "--gap"),
    ("categorical", (["a", "b", "a", "b", "c"], WIDE[:, :1]), {"offset": Y}, ce.errors.UsageError, "each class"),
]  # fmt: skip


@pytest.mark.parametrize(("family", "data", "options", "kind", "says"), REFUSED)
def test_refused_with_a_way_out(family: Any, data: Any, options: Any, kind: Any, says: str) -> None:
    with pytest.raises(kind, match=says) as caught:
        ce.fit(family, *data, **options)
    assert "Hint: " in str(caught.value) or "must be one of" in str(caught.value)


def test_all_of_one_kind_is_no_error_but_infinite() -> None:
    ones = ce.fit("bernoulli", [1, 1, 1, 1], np.arange(4.0)[:, None])
    zeros = ce.fit("poisson", [0, 0, 0, 0], np.arange(4.0)[:, None])
    assert [p.estimate for p in ones.parameters] == [float("inf"), None]
    assert [p.estimate for p in zeros.parameters] == [float("-inf"), None]
    assert ones.separation.kind == zeros.separation.kind == "complete"
    assert ones.log_likelihood == zeros.log_likelihood == 0


def test_refusals_are_counted() -> None:
    assert len(REFUSED) == 15
