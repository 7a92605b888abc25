"""Rules that leave an expression what it is: the normal form, sums over classes, regions."""
