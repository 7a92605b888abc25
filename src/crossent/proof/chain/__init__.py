"""From a density to its loss: the stages of the textbook's argument, one file a stage."""
