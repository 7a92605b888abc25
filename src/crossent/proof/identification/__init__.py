"""identify: a black-box loss is sampled and matched against the Rosetta."""
