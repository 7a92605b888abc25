"""Speed beside the peers' fastest settings; `make bench` writes RESULTS.md."""
