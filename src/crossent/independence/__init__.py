"""Is the sample what the likelihood takes it for? Tables, order, groups, drift, and what dependence costs."""
