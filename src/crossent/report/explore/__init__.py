"""The page that lets a reader move the numbers: one static file, its formulas written from the definitions."""
