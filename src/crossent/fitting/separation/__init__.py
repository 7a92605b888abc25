"""Where no finite estimate exists: the directions in which the likelihood never falls, by linear programming."""
