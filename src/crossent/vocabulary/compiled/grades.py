"""The DOUBLE grade as a table: name of the vocabulary -> compiled function."""

from __future__ import annotations

from crossent.vocabulary.compiled import double, double_divergence, double_gamma, double_logistic

DOUBLE = {
    "abs": double.absolute,
    "binet": double_gamma.binet,
    "digamma": double_gamma.digamma,
    "digamma_rest": double_gamma.digamma_rest,
    "exp": double.exp,
    "exp_difference": double.exp_difference,
    "expm1": double.expm1,
    "floor": double.floor,
    "is_zero": double.is_zero,
    "kl_div": double_divergence.kl_div,
    "lbeta": double_gamma.lbeta,
    "lgamma": double_gamma.lgamma,
    "log": double.log,
    "log1mexp": double_logistic.log1mexp,
    "log1p": double.log1p,
    "log1pmx": double_divergence.log1pmx,
    "log_sigmoid": double_logistic.log_sigmoid,
    "logsumexp": double_logistic.logsumexp,
    "maximum": double.maximum,
    "minimum": double.minimum,
    "multiply_add": double.multiply_add,
    "sigmoid": double_logistic.sigmoid,
    "sigmoid_residual": double_logistic.sigmoid_residual,
    "sigmoid_slope": double_logistic.sigmoid_slope,
    "softplus": double_logistic.softplus,
    "softplus_mixture": double_logistic.softplus_mixture,
    "sqrt": double.sqrt,
    "times": double.times,
    "trigamma": double_gamma.trigamma,
    "trigamma_rest": double_gamma.trigamma_rest,
    "where": double.where,
    "xlog1py": double.xlog1py,
    "xlogy": double.xlogy,
}
