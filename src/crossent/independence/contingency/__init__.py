"""Tables of counts: chi-squared, G, Fisher's exact test for any number of rows and columns, known shares."""
