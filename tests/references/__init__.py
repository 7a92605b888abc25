"""Maximum-likelihood fits to 40 digits (fits.json) and the linear sets of NIST (nist.json), read as values.

fits.json is written by tools/make_fit_references.py, which knows nothing of crossent's formulas.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .packaged import LOADERS

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Reference:
    """A data set, and what its likelihood says: numbers as strings of 40 digits, in the order of `names`."""

    name: str
    family: str
    link: str
    data: dict[str, Any]
    names: list[str]
    coefficients: list[str]
    standard_errors: list[str]
    log_likelihood: str
    condition: float  # of the curvature, columns scaled to unit length
    robust_errors: list[str] | None = None  # from the sandwich, without a factor for small samples

    def load(self) -> tuple[np.ndarray, dict[str, np.ndarray], dict[str, Any]]:
        """(target, columns, options of `fit`)."""
        return load(self.data)


def load(data: dict[str, Any]) -> tuple[np.ndarray, dict[str, np.ndarray], dict[str, Any]]:
    """The numbers themselves, or those that a package has."""
    if "package" in data:
        return LOADERS[data["package"]]()
    columns = {name: np.array(values, np.float64) for name, values in data["columns"].items()}
    options = {k: np.array(v, np.float64) if isinstance(v, list) else v for k, v in data["options"].items()}
    return np.array(data["target"], np.float64), columns, options


def references() -> list[Reference]:
    """Every reference of fits.json."""
    sets = json.loads((HERE / "fits.json").read_text())["sets"]
    return [Reference(name=name, **entry) for name, entry in sets.items()]


def nist() -> dict[str, dict[str, Any]]:
    """The linear least-squares sets of NIST StRD, every number as NIST prints it."""
    return json.loads((HERE / "nist.json").read_text())["sets"]
