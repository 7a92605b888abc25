"""The tool that makes the references: its derivatives are those of its likelihoods, and a fit made anew is the same."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from mpmath import mp, mpf
from references import HERE

TOOLS = Path(__file__).resolve().parents[1] / "tools"
CASES = [  # family, link, target, total, predictors, scalars
    *(("Bernoulli", link, 1, 1, ["-0.3"], []) for link in ("logit", "probit", "cloglog", "log")),
    *(("Bernoulli", link, 0, 1, ["-1.2"], []) for link in ("logit", "probit", "cloglog", "log")),
    ("Bernoulli", "identity", 1, 1, ["0.3"], []),
    *(("Binomial", link, 4, 9, ["-0.7"], []) for link in ("logit", "probit", "cloglog")),
    ("Poisson", "log", 5, 1, ["1.1"], []),
    ("Poisson", "identity", 5, 1, ["3.1"], []),
    ("NegativeBinomial", "log", 7, "2.5", ["1.4"], []),
    ("NegativeBinomial", "log", 7, 1, ["1.4"], ["0.6"]),
    ("NegativeBinomial", "log", 0, 1, ["-1.4"], ["-0.6"]),
    *(("Categorical", "logit", y, 1, ["0.4", "-0.9", "1.3"], []) for y in range(4)),
]


@pytest.fixture
def tools(monkeypatch):
    monkeypatch.syspath_prepend(str(TOOLS))
    import exact_likelihoods
    import make_fit_references

    return exact_likelihoods, make_fit_references


@pytest.mark.parametrize("case", CASES, ids=lambda case: "-".join(map(str, case[:3])))
def test_derivatives_are_those_of_the_likelihood(tools, case):
    family, link, y, total, eta, scalars = case
    with mp.workdps(50):
        at = [mpf(v) for v in (*eta, *scalars)]

        def row(*values):
            return tools[0].ROWS[family](mpf(y), mpf(total), link, values[: len(eta)], values[len(eta) :])

        _, first, second = row(*at)
        place = iter(second)
        for i in range(len(at)):
            order = [int(k == i) for k in range(len(at))]
            assert abs(mp.diff(lambda *v: row(*v)[0], at, tuple(order)) - first[i]) < mpf(10) ** -15
            for j in range(i + 1):
                orders = tuple(order[k] + int(k == j) for k in range(len(at)))
                assert abs(mp.diff(lambda *v: row(*v)[0], at, orders) - next(place)) < mpf(10) ** -12
        assert len(second) == len(at) * (len(at) + 1) // 2


@pytest.mark.parametrize("name", ["tiny", "smoking, cloglog", "normal, repeated"])
def test_a_fit_made_anew_is_the_committed_one(tools, name):
    committed = json.loads((HERE / "fits.json").read_text())["sets"]
    entries = tools[1].entries()
    assert set(entries) == set(committed)
    assert tools[1].fit(entries[name]) == committed[name]
