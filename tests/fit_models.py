"""Models learned from small tables, for the tests of files and predictions: design, solver and result, put together."""

from __future__ import annotations

import numpy as np

import crossent as ce
from crossent.fitting.chunks import Floats
from crossent.fitting.design.file_rows import TableRows
from crossent.fitting.design.learn import Options, learn
from crossent.fitting.design.tables import ColumnTable
from crossent.fitting.links import link_of
from crossent.fitting.model import Model
from crossent.fitting.solver.maximise import maximise
from crossent.fitting.storage.learned import ROLES, LearnedModel


def learned(columns, target, *, link=None, known=None, **options) -> LearnedModel:
    """The model of a table of columns, with its covariance."""
    table = ColumnTable(columns)
    found = learn(table, Options(target, **options))
    family = ce.FAMILIES[found.design.target.family]
    design = found.design
    classes = design.target.levels if family.classes is not None else ()
    model = Model(family, link_of(family, link), design.columns, design.intercept, classes, known=known or {})
    rows = TableRows(table, design).load(found.rows)
    optimum = maximise(model, rows)
    roles = {role: getattr(design, role, None) for role in ROLES} | {
        "target": target, "positive": design.target.positive,
    }  # fmt: skip
    return LearnedModel(
        family.name, float(optimum.rows), {k: v for k, v in roles.items() if isinstance(v, str)}, classes,
        model=model, coefficients=optimum.coefficients, covariance=optimum.covariance, design=design,
        notes=found.notes, version="0.1.0",
    )  # fmt: skip


def table(rows: int = 200, seed: int = 0) -> dict[str, Floats | list[str]]:
    """Numbers, text and targets of every family."""
    rng = np.random.default_rng(seed)
    x, z = rng.normal(size=rows), rng.uniform(0.5, 3, rows)
    eta = 0.3 + 0.8 * x
    return {
        "x": x, "z": z,
        "region": [("north", "south", "east")[k] for k in rng.integers(0, 3, rows)],
        "yes": (rng.uniform(size=rows) < 1 / (1 + np.exp(-eta))).astype(float),
        "word": ["good" if u else "bad" for u in rng.uniform(size=rows) < 1 / (1 + np.exp(-eta))],
        "count": rng.poisson(np.exp(eta)).astype(float),
        "spread": rng.negative_binomial(2, 2 / (2 + np.exp(eta))).astype(float),
        "number": eta + rng.normal(size=rows) * 0.5,
        "kind": [("a", "b", "c")[k] for k in np.clip((x + rng.normal(size=rows) + 1.5).astype(int), 0, 2)],
        "trials": np.full(rows, 5.0), "successes": rng.binomial(5, 1 / (1 + np.exp(-eta))).astype(float),
    }  # fmt: skip
