"""What of one loss carries over to the other: values, gradients, curvature, rankings, minimisers, decisions.

From the verdict, and from what each loss is known to elicit. A strictly proper score is least, on average, at the true
distribution (Gneiting and Raftery 2007, "Strictly proper scoring rules, prediction, and estimation", section 2); the
minimiser of a classification-calibrated loss has the sign of the better decision (Bartlett, Jordan and McAuliffe 2006,
"Convexity, classification, and risk bounds", theorem 1). Losses that order all mixtures of outcomes alike are affine to
each other, row by row with an offset of the target (von Neumann and Morgenstern 1944, section 3.5), so where an affine
relation is refuted, some two models are ranked differently.
"""

from __future__ import annotations

from crossent.proof.comparison.side import Side, number
from crossent.proof.results import AFFINE, DIFFERENT, EQUAL, INCOMPARABLE, NEGATED

YES, NO, UNKNOWN = "yes", "no", "unknown"
QUANTITIES = ("values", "gradient_direction", "curvature", "ranking", "population_minimiser", "decision")

# What a loss elicits -> does that tell the better decision between classes?
_DECIDES = {"distribution", "sign", "mode"}
_OF_CLASSES = {"binary", "sign", "classes", "class", "labels", "counts"}
_KNOWN = {"distribution", "mean", "median", "quantile", "sign", "mode"}


def carries_over(verdict: str, unit_scale: bool, left: Side, right: Side, increasing: bool) -> dict[str, str]:
    """Yes, no or unknown for each quantity. `increasing`: one is an increasing function of the other's mean."""
    if verdict == INCOMPARABLE:
        return dict.fromkeys(QUANTITIES, NO)
    if verdict == EQUAL:
        return dict.fromkeys(QUANTITIES, YES)
    if verdict == AFFINE:
        return dict.fromkeys(QUANTITIES, YES) | {"values": NO, "curvature": YES if unit_scale else NO}
    if verdict == NEGATED:
        return dict.fromkeys(QUANTITIES, NO)
    if verdict == DIFFERENT and increasing:
        return dict.fromkeys(QUANTITIES, YES) | {"values": NO, "curvature": NO}
    minimiser, decision = _minimiser(left, right), _decision(left, right)
    if verdict == DIFFERENT:
        return dict.fromkeys(QUANTITIES, NO) | {"population_minimiser": minimiser, "decision": decision}
    return dict.fromkeys(QUANTITIES, UNKNOWN) | {"population_minimiser": minimiser, "decision": decision}


def elicited(side: Side) -> str:
    """What the loss elicits with these settings; nothing known where a setting moves it."""
    for setting in side.loss.settings:
        if setting.name in side.loss.moved_by and (
            setting.default is None or side.settings[setting.name] != number(setting.default)
        ):
            return ""
    return "" if side.loss.elicits == "nothing named" else side.loss.elicits


def _minimiser(left: Side, right: Side) -> str:
    one, other = elicited(left), elicited(right)
    if one not in _KNOWN or other not in _KNOWN:
        return UNKNOWN
    if one == other and one not in ("quantile", "sign"):
        return YES
    both = {one, other}
    if both == {"distribution", "mean"} and left.loss.target in ("binary", "count", "nonnegative", "positive", "real"):
        return YES if "rate" in left.loss.prediction or left.loss.target == "binary" else UNKNOWN
    return NO if one != other else UNKNOWN


def _decision(left: Side, right: Side) -> str:
    if left.loss.target not in _OF_CLASSES or right.loss.target not in _OF_CLASSES:
        return _minimiser(left, right)
    if elicited(left) in _DECIDES and elicited(right) in _DECIDES:
        return YES
    return UNKNOWN
