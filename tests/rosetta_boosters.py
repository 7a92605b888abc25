"""What XGBoost and LightGBM hand their trees: gradients and Hessians, read off a tree of one round.

A leaf without penalty is -G/H, with G and H the sums over its rows of the objective's derivatives at the start, and the
model keeps H. So G = -leaf * H, to float32. Leaves that are replaced by quantiles of residuals afterwards (L1,
quantile, MAPE) keep what they were in XGBoost's base weights; in LightGBM the root of a tree of two rows still tells.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import lightgbm
import numpy as np
import xgboost

Values = np.ndarray


@dataclass(frozen=True)
class Derivatives:
    """The sums of the first and second derivatives over some rows, for one class if there are several."""

    rows: tuple[int, ...]
    gradient: float
    hessian: float
    of_class: int | None = None


# -- XGBoost -----------------------------------------------------------------------------------------------------------

ROUND = {"reg_lambda": 0, "eta": 1, "min_child_weight": 0, "base_score": 0.5, "nthread": 1}


def trees_of(objective: str, target: Values, margin: Values, **parameters: Any) -> list[dict[str, Any]]:
    """One round on one row of data: a tree with one leaf for each column of targets, or for each class."""
    data = xgboost.DMatrix(np.zeros((1, 1)), label=target[None], base_margin=margin[None])
    booster = xgboost.train(ROUND | {"objective": objective} | parameters, data, num_boost_round=1)
    model = json.loads(booster.save_raw("json"))["learner"]["gradient_booster"]["model"]
    return model["trees"]


def from_xgboost(objective: str, target: Values, margin: Values, **parameters: Any) -> Iterator[Derivatives]:
    """Each row of ours becomes a column of targets; quantile regression takes one column only."""
    if objective == "reg:quantileerror":
        for i in range(len(target)):
            (tree,) = trees_of(objective, target[i : i + 1], margin[i : i + 1], **parameters)
            yield _of_root(tree, (i,), None)
        return
    if objective == "multi:softprob":
        for i in range(len(target)):
            trees = trees_of(objective, target[i : i + 1], margin[i], num_class=margin.shape[1], **parameters)
            yield from (_of_root(tree, (i,), j) for j, tree in enumerate(trees))
        return
    for i, tree in enumerate(trees_of(objective, target, margin, **parameters)):
        yield _of_root(tree, (i,), None)


def _of_root(tree: dict[str, Any], rows: tuple[int, ...], of_class: int | None) -> Derivatives:
    hessian = tree["sum_hessian"][0]
    return Derivatives(rows, -tree["base_weights"][0] * hessian, hessian, of_class)


def metric_of_xgboost(name: str, target: Values, prediction: Values) -> Values:
    """A metric of what an untrained model returns: the margin itself, or the softmax of as many logits as classes."""
    classes = {"objective": "multi:softmax", "num_class": prediction.shape[1]} if prediction.ndim == 2 else {}
    parameters = {"objective": "reg:squarederror", "eval_metric": name, "nthread": 1} | classes
    values = []
    margins = np.log(np.maximum(prediction, 1e-300)) if prediction.ndim == 2 else prediction
    for y, margin in zip(target, margins, strict=True):
        data = xgboost.DMatrix(np.zeros((1, 1)), label=[y], base_margin=np.array([margin]))
        values.append(float(xgboost.train(parameters, data, num_boost_round=0).eval(data).rpartition(":")[2]))
    return np.array(values)


# -- LightGBM ----------------------------------------------------------------------------------------------------------

QUIET = {
    "verbosity": -1, "min_data_in_leaf": 1, "min_sum_hessian_in_leaf": 0, "learning_rate": 1.0, "num_threads": 1,
    "boost_from_average": False, "deterministic": True, "min_data_in_bin": 1, "feature_pre_filter": False, "max_bin": 2,
}  # fmt: skip


def one_round(objective: str, target: Values, score: Values, **parameters: Any) -> tuple[Values, list[dict[str, Any]]]:
    """The leaf of each of two rows (for each class), and the trees."""
    rows = np.array([[0.0], [1.0]])
    data = lightgbm.Dataset(rows, label=target, init_score=score, params=QUIET)
    settings = QUIET | {"objective": objective, "num_leaves": 2, "lambda_l2": 0.0} | parameters
    booster = lightgbm.train(settings, data, num_boost_round=1)
    leaves = booster.predict(rows, pred_leaf=True).reshape(2, -1)
    return leaves, [tree["tree_structure"] for tree in booster.dump_model()["tree_info"]]


def from_lightgbm(
    objective: str, target: Values, score: Values, companion: Any, **parameters: Any
) -> Iterator[Derivatives]:
    """Each row beside a companion of about the same Hessian, from which it is split: LightGBM counts rows by it."""
    classes = {"num_class": score.shape[1]} if score.ndim == 2 else {}
    for i, (y, z) in enumerate(zip(target, score, strict=True)):
        other_y, other_z = companion(y, z)
        leaves, trees = one_round(objective, np.array([y, other_y]), np.array([z, other_z]), **classes, **parameters)
        for j, tree in enumerate(trees):
            if "left_child" in tree:
                sides = {side["leaf_index"]: side for side in (tree["left_child"], tree["right_child"])}
                leaf = sides[leaves[0, j]]
                weight = leaf["leaf_weight"]
                yield Derivatives((i,), -leaf["leaf_value"] * weight, weight, j if classes else None)


def root_of_two(objective: str, target: Values, score: Values, **parameters: Any) -> tuple[float, float]:
    """The sum of the gradients of two rows whose Hessians are 1, and the sum of their squares."""
    _, (root,) = one_round(objective, target, score, **parameters)
    total = -2 * root["internal_value"]
    return total, root["split_gain"] + total**2 / 2
