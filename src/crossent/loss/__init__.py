"""The loss layer: weights, masks, smoothing, reduction, over any family."""

from crossent.loss.functions import cross_entropy, deviance, entropy, kl_divergence
from crossent.loss.loss import Loss
from crossent.loss.tally import Tally
from crossent.loss.tallying import rows, tally

__all__ = ["Loss", "Tally", "cross_entropy", "deviance", "entropy", "kl_divergence", "rows", "tally"]
