"""Which columns a model has: formulas that may call nothing, levels and transforms kept as data, rows of every kind."""
