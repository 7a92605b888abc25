"""A distribution without predictors: its estimate, intervals by the profile of the likelihood, goodness of fit."""
