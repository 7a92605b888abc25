# Every target says what it does: `make help` lists them.
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help demo test check bench sweep clean

help: ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

$(RUN):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "crossent needs Python 3.11 or newer; '$(PYTHON)' is older. Try: make PYTHON=python3.11 ..."; exit 2; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/runtime: $(RUN) pyproject.toml requirements/runtime.txt
	$(RUN) -m pip install --quiet --requirement requirements/runtime.txt
	$(RUN) -m pip install --quiet --no-deps --editable .
	@touch $@

$(VENV)/development: $(VENV)/runtime requirements/development.txt
	$(RUN) -m pip install --quiet --requirement requirements/development.txt
	@touch $@

$(VENV)/bench: $(VENV)/development requirements/bench.txt
	$(RUN) -m pip install --quiet --requirement requirements/bench.txt
	@touch $@

demo: $(VENV)/runtime ## install into .venv, prove bce ce, and score the shipped predictions
	$(RUN) examples/demo.py

test: demo $(VENV)/development ## the demo, then every test
	$(RUN) -m pytest -n 2 --dist loadfile

check: $(VENV)/development ## lint, format, types, direction of imports
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m mypy
	$(VENV)/bin/lint-imports --no-cache

bench: $(VENV)/bench ## speed beside the peers, cost of exact sums, memory of score and fit; writes benchmarks/*.md
	$(RUN) -m benchmarks.run
	$(RUN) benchmarks/exact_sums.py
	$(RUN) benchmarks/score_memory.py
	$(RUN) -m benchmarks.fit
	$(RUN) benchmarks/fit_memory.py

sweep: $(VENV)/development ## all 2^32 float32 inputs; writes benchmarks/SWEEP.md
	$(RUN) benchmarks/sweep.py

clean: ## remove the environment and build products
	rm -rf $(VENV) build dist
