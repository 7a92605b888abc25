"""The Rosetta: every named loss, by its name."""

from __future__ import annotations

from crossent.proof.language.named_loss import NamedLoss
from crossent.proof.rosetta import families, keras, lightgbm, optax, sklearn, textbook, torch, xgboost

OWNERS = (textbook, families, torch, optax, sklearn, xgboost, lightgbm, keras)

ROSETTA: dict[str, NamedLoss] = {loss.name: loss for owner in OWNERS for loss in owner.LOSSES}
