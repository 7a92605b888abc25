"""Are two losses the same? The Rosetta of named losses, and what proves, derives and identifies them."""
