# Two commands do all the set-up: `make demo` and `make test`.
VENV ?= .venv
PYTHON ?= python3
BIN := $(VENV)/bin
# One stamp per set of extras, so that a second call installs nothing.
STAMP = $(VENV)/.installed

# The tests with random cases.
SLOW = test/kernels test/passes/finalize $(wildcard test/test_compile*.py) test/test_imports.py

.PHONY: help demo test lint types lit pytest test-slow bench dist clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

$(STAMP)-%: pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[$*]'
	@touch $@

$(STAMP): pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@touch $@

demo: $(STAMP) ## compile and run a trained network, every step shown
	$(BIN)/python examples/digits/demo.py

test: lint types lit pytest ## all checks

lint: $(STAMP)-dev ## ruff: format and lint
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(STAMP)-dev ## basedpyright
	$(BIN)/basedpyright

lit: $(STAMP)-dev ## FileCheck tests of the IR
	$(BIN)/lit -sv .

pytest: $(STAMP)-dev ## Python tests, warnings are errors
	$(BIN)/python -m pytest -n auto --dist worksteal

test-slow: $(STAMP)-dev ## the randomised sweeps, many more cases
	QFIN_TEST_CASES=5000 $(BIN)/python -m pytest -n auto --dist worksteal $(SLOW)

bench: $(STAMP)-bench ## our time, the peers' and the share of the core's peak, on one core and on two
	$(BIN)/python -m benchmarks
	$(BIN)/python -m benchmarks --threads 2

dist: $(STAMP)-dev ## wheel and sdist into dist/
	$(BIN)/python -m build

clean: ## drop the environment and what was built
	rm -rf $(VENV) dist build
