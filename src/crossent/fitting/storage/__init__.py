"""Models on disk, as JSON that holds data only, and predictions from them."""
