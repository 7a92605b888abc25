"""Learning by maximum likelihood: which columns, which maximum, what can be said about it, and where there is none."""
