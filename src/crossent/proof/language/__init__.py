"""What losses are written in, and how they are written out: named losses, coordinates, rows, one line of Unicode."""
