"""What textbooks call the losses and the regressions of families; another family is called by its own name."""

from __future__ import annotations

ANSWERS = {
    "Bernoulli": "the binary cross-entropy",
    "Binomial": "N times the binary cross-entropy of the share y/N, less log C(N, y):",
    "Categorical": "the cross-entropy",
    "Multinomial": "N times the cross-entropy of the shares y/N, less log N!/∏ⱼ yⱼ!:",
    "Normal": "half the squared error in units of σ, plus log σ√(2π):",
    "Laplace": "the absolute error in units of σ, plus log 2σ:",
    "Poisson": "the Poisson loss",
    "NegativeBinomial": "the negative binomial loss",
}
REGRESSIONS = {
    ("Bernoulli", "logit"): "logistic regression",
    ("Binomial", "logit"): "logistic regression of counts out of N",
    ("Categorical", "softmax"): "softmax regression (multinomial logistic)",
    ("Multinomial", "softmax"): "softmax regression of rows of counts",
    ("Poisson", "log"): "Poisson regression",
    ("NegativeBinomial", "log"): "negative binomial regression",
    ("Normal", "identity"): "least squares",
    ("Laplace", "identity"): "least absolute deviations",
}
SPOKEN = {"NegativeBinomial": "negative binomial", "Binomial": "binomial", "Multinomial": "multinomial"}


def spoken(family: str) -> str:
    """The name inside a sentence; those of people and single words keep their capital."""
    return SPOKEN.get(family, family)


def regression(family: str, link: str) -> str:
    return REGRESSIONS.get((family, link), f"{spoken(family)} regression with {link} link")
