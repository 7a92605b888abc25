"""Pairs of the catalogue with the verdict that mathematics gives them, thought through one by one."""

import time

import pytest

from crossent.proof.comparison.prove import prove

# left, right, verdict; why stands in the comment above a group
PAIRS = """
# the question of the project: with two classes the sum over classes is the binary formula
bce | ce | equal
bce_logits | ce_logits | equal
bce | ce_logits | equal
bce | bce_logits | equal
nll | bce | equal
ce | ce_logits | equal
# the class that happened is the only term of a one-hot row
nll | ce | equal
torch.nn.NLLLoss | nll | equal
torch.nn.NLLLoss | torch.nn.CrossEntropyLoss | equal
optax.softmax_cross_entropy_with_integer_labels | nll | equal
sklearn._loss.HalfMultinomialLoss | ce | equal
xgboost.multi:softprob | ce | equal
lightgbm.multiclass | ce | equal
# cross-entropy = entropy of the truth + divergence
kl | ce | affine
ce | kl | affine
bce | kl | affine
torch.nn.KLDivLoss | kl | equal
optax.kl_divergence | kl | equal
optax.kl_divergence | ce_logits | affine
# without its minus sign
wrong_sign_bce | bce | negated
bce | wrong_sign_bce | negated
wrong_sign_bce | ce | negated
# every class against the rest, and separate sigmoids, are no cross-entropy of a softmax
softmax_bce | ce | different
softmax_bce | bce | affine
sigmoid_ce | ce_logits | different
sigmoid_ce | bce | incomparable
# proper scores that are no logarithm
brier | bce | different
multiclass_brier | brier | affine
multiclass_brier | ce | different
sklearn.metrics.brier_score_loss | brier | equal
# a power of 1 - p that is 1 at gamma = 0 only
focal | bce | different
focal(gamma=0) | bce | equal
focal(gamma=2) | bce | different
focal(gamma=2) | focal(gamma=1) | different
# labels -1 and +1: the same at hard labels, but a soft label enters the exponent
logistic | bce | different
logistic | torch.nn.SoftMarginLoss | equal
exponential | logistic | different
sklearn._loss.loss.ExponentialLoss | exponential | different
# losses of a score
hinge | bce | different
hinge | logistic | different
hinge | focal | different
squared_hinge | hinge | different
perceptron | hinge | different
optax.hinge_loss | hinge | equal
sklearn.metrics.hinge_loss | hinge | equal
optax.losses.sparsemax_loss | bce | different
torch.nn.MultiMarginLoss | ce | different
# another kind of target, another measure
huber | ce | incomparable
mse | ce | incomparable
mse | bce | incomparable
poisson | ce | incomparable
poisson | mse | incomparable
normal | poisson | incomparable
xgboost.reg:gamma | poisson | incomparable
# -log of the Normal density is a squared error times 1/(2 sigma^2), plus a constant
mse | normal | affine
normal | mse | affine
normal(scale=1) | mse | affine
normal(scale=2) | normal(scale=1) | affine
deviance_normal | normal | affine
torch.nn.GaussianNLLLoss | normal | affine
torch.nn.GaussianNLLLoss | mse | affine
torch.nn.MSELoss | mse | equal
optax.squared_error | mse | equal
sklearn.metrics.mean_squared_error | mse | equal
sklearn.metrics.mean_tweedie_deviance | mse | equal
optax.l2_loss | mse | affine
sklearn._loss.HalfSquaredError | mse | affine
optax.l2_loss | sklearn._loss.HalfSquaredError | equal
# and that of the Laplace an absolute error
mae | laplace | affine
laplace | mae | affine
deviance_laplace | laplace | affine
torch.nn.L1Loss | mae | equal
pinball(quantile=0.5) | mae | affine
pinball(quantile=0.2) | mae | different
pinball | mae | different
sklearn.metrics.mean_pinball_loss | mae | affine
# curved functions of the mean over the rows
rmse | mse | different
perplexity | ce | different
normal_profile | mse | different
mae | rmse | different
xgboost.rmse | rmse | equal
# other losses of a location
mse | mae | different
huber | mse | different
huber | mae | different
huber(delta=1) | torch.nn.SmoothL1Loss | equal
torch.nn.HuberLoss | torch.nn.SmoothL1Loss | equal
torch.nn.HuberLoss(delta=2) | torch.nn.SmoothL1Loss(beta=2) | affine
torch.nn.HuberLoss(delta=2) | torch.nn.HuberLoss | different
optax.huber_loss | torch.nn.HuberLoss | equal
keras.losses.Huber | torch.nn.HuberLoss | equal
log_cosh | mse | different
log_cosh | optax.log_cosh | equal
keras.losses.LogCosh | log_cosh | equal
cauchy | mse | different
# families of the library
bernoulli | bce | equal
bernoulli_logits | bce | equal
categorical | ce | equal
categorical_logits | ce | equal
binomial | bce | affine
binomial_logits | bce_logits | affine
binomial(total_count=1) | bce | affine
binomial | binomial_logits | equal
multinomial | ce | affine
multinomial_logits | ce | affine
multinomial | binomial | equal
poisson | poisson_log_rate | equal
negative_binomial | negative_binomial_log_mean | equal
poisson | negative_binomial | different
# twice the distance from the best prediction: the scale is 2, what is left depends on the target only
deviance_bernoulli | bce | affine
deviance_categorical | ce | affine
deviance_categorical | kl | affine
deviance_binomial | binomial | affine
deviance_multinomial | multinomial | affine
deviance_poisson | poisson | affine
deviance_negative_binomial | negative_binomial | affine
sklearn.metrics.mean_poisson_deviance | deviance_poisson | equal
sklearn.metrics.mean_poisson_deviance | poisson | affine
# log y! left out, or replaced by Stirling's approximation of it
torch.nn.PoissonNLLLoss | poisson | affine
torch.nn.PoissonNLLLoss(full=True) | poisson | affine
torch.nn.PoissonNLLLoss(full=True) | torch.nn.PoissonNLLLoss | affine
sklearn._loss.HalfPoissonLoss | poisson | affine
sklearn._loss.HalfGammaLoss | sklearn.metrics.mean_gamma_deviance | affine
# an epsilon or a clamp makes another loss
torch.nn.PoissonNLLLoss(log_input=False) | poisson | different
torch.nn.PoissonNLLLoss(log_input=False, eps=0) | poisson | affine
torch.nn.BCELoss | bce | different
torch.nn.BCELoss | torch.nn.BCELoss | equal
torch.nn.BCELoss | torch.nn.BCEWithLogitsLoss | different
sklearn.metrics.log_loss | ce | different
xgboost.logloss | bce | different
keras.losses.BinaryCrossentropy | bce | different
keras.losses.CategoricalCrossentropy | ce | different
keras.losses.KLDivergence | kl | different
# logits, as packages take them
torch.nn.BCEWithLogitsLoss | bce | equal
torch.nn.BCEWithLogitsLoss(pos_weight=2) | bce | different
torch.nn.CrossEntropyLoss | ce | equal
torch.nn.MultiLabelSoftMarginLoss | bce | equal
optax.sigmoid_binary_cross_entropy | bce | equal
optax.softmax_cross_entropy | ce | equal
sklearn._loss.HalfBinomialLoss | bce | equal
xgboost.binary:logistic | bce | equal
lightgbm.cross_entropy | bce | equal
keras.losses.BinaryCrossentropy(from_logits=True) | bce | equal
keras.losses.CategoricalCrossentropy(from_logits=True) | ce | equal
# smoothing mixes the target with the uniform
ce(label_smoothing=0.1) | ce | different
ce(label_smoothing=0.1) | torch.nn.CrossEntropyLoss(label_smoothing=0.1) | equal
bce(label_smoothing=0.1) | ce(label_smoothing=0.1) | equal
"""
TABLE = [
    tuple(part.strip() for part in line.split(" | ")) for line in PAIRS.strip().splitlines() if not line.startswith("#")
]


def test_the_table_is_long():
    assert len(TABLE) >= 100
    assert len(set(TABLE)) == len(TABLE)


@pytest.mark.parametrize(("left", "right", "verdict"), TABLE)
def test_verdict(left, right, verdict):
    start = time.process_time()
    found = prove(left, right)
    assert found.verdict == verdict, found.sentence
    assert time.process_time() - start < 5
    if verdict == "different":
        assert found.counterexample is not None
    if verdict in ("equal", "affine", "negated"):
        assert found.scale is not None
        assert found.offset is not None
        assert found.steps
