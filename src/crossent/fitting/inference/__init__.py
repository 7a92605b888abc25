"""What an estimate is worth: covariances, tests, information criteria, deviance."""
