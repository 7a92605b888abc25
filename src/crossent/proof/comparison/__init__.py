"""prove: two losses meet on one ground, are judged case by case, and the verdict is put into words."""
