"""Data sets that come inside statsmodels: (target, columns, options of `fit`). Some may only be used from there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

Columns = dict[str, np.ndarray]
Data = tuple[np.ndarray, Columns, dict[str, Any]]


def table(name: str) -> Columns:
    """A data set's numeric columns as float64."""
    import statsmodels.datasets

    frame = getattr(statsmodels.datasets, name).load_pandas().data
    return {c: frame[c].to_numpy(np.float64) for c in frame.columns if frame[c].dtype.kind in "if"}


def plain(name: str, target: str, *columns: str) -> Data:
    """A target and some columns, or all the others."""
    found = table(name)
    y = found.pop(target)
    return y, {c: found[c] for c in columns or found}, {}


def star98() -> Data:
    y, columns, _ = plain("star98", "NABOVE")
    return y, columns, {"total_count": y + columns.pop("NBELOW")}


def cpunish() -> Data:
    y, columns, _ = plain("cpunish", "EXECUTIONS")
    return y, columns | {"VC100k96": np.log(columns["VC100k96"])}, {}


def committee() -> Data:
    y, columns, _ = plain("committee", "BILLS104")
    staff = np.log(columns["STAFF"])  # in the order and form of the published table
    return y, columns | {"STAFF": staff, "SUBS:STAFF": columns["SUBS"] * staff}, {"fixed": {"concentration": 1.0}}


def low_birth_weight() -> Data:
    import pandas
    import statsmodels.genmod.tests.results as results

    frame = pandas.read_csv(Path(results.__path__[0]) / "stata_lbw_glm.csv")
    columns = {c: frame[c].to_numpy(np.float64) for c in ("age", "lwt", "smoke", "ptl", "ht", "ui")}
    races = {f"race_{race}": (frame["race"] == race).to_numpy(np.float64) for race in ("black", "other")}
    return frame["low"].to_numpy(np.float64), columns | races, {}


def affairs() -> Data:
    y, columns, _ = plain("fair", "affairs")
    return (y > 0).astype(np.float64), columns, {}


def visits() -> Data:
    y, columns, _ = plain("randhie", "mdvis")
    return (y > 0).astype(np.float64), columns, {}


def geometric() -> Data:
    return (*plain("randhie", "mdvis")[:2], {"fixed": {"concentration": 1.0}})


def smoking() -> Data:
    """Lung cancer among smokers and others of eight cities, cancer cases being the trials."""
    counts = table("china_smoking")
    yes, no = counts["smoking_yes_cancer_yes"], counts["smoking_no_cancer_yes"]
    well_yes, well_no = counts["smoking_yes_cancer_no"], counts["smoking_no_cancer_no"]
    cities = {f"city{i}": np.tile(np.arange(8) == i, 2).astype(np.float64) for i in range(1, 8)}
    columns = {"smokes": np.repeat([1.0, 0.0], 8)} | cities
    return np.r_[yes, no], columns, {"total_count": np.r_[yes + well_yes, no + well_no]}


def nile() -> Data:
    y, columns, _ = plain("nile", "volume")
    return y, {"year": columns["year"], "year^2": columns["year"] ** 2}, {}


def cancer_by_county() -> Data:
    y, columns, _ = plain("cancer", "cancer")
    return y, {"population": columns["population"]}, {"exposure": columns["population"]}


LOADERS: dict[str, Callable[[], Data]] = {
    "spector": lambda: plain("spector", "GRADE"),
    "anes96": lambda: plain("anes96", "PID", "logpopul", "selfLR", "age", "educ", "income"),
    "star98": star98,
    "cpunish": cpunish,
    "randhie": lambda: plain("randhie", "mdvis"),
    "randhie, geometric": geometric,
    "randhie, any visit": visits,
    "committee": committee,
    "longley": lambda: plain("longley", "TOTEMP"),
    "low birth weight": low_birth_weight,
    "fair": affairs,
    "smoking": smoking,
    "nile": nile,
    "cancer by county": cancer_by_county,
    "stackloss": lambda: plain("stackloss", "STACKLOSS"),
    "ccard": lambda: plain("ccard", "AVGEXP"),
    "engel": lambda: plain("engel", "foodexp"),
    "grunfeld": lambda: plain("grunfeld", "invest", "value", "capital"),
    "statecrime": lambda: plain("statecrime", "murder"),
    "copper": lambda: plain("copper", "WORLDCONSUMPTION"),
}
