# `make demo` and `make test` set up everything they need in .venv, once.
# Another Python: `make demo PYTHON=python3.12`.  Another folder: `make test VENV=/some/folder`.

VENV ?= .venv
OUT ?= demo-output
WORKERS ?= auto

SUITS := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))
PYTHON ?= $(shell for p in python3 python python3.13 python3.12 python3.11; do \
	$$p -c "$(SUITS)" >/dev/null 2>&1 && { echo $$p; break; }; done)

ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif

.DEFAULT_GOAL := help
.PHONY: help setup venv demo test slow check lint format types imports clean

help:
	@echo "make demo     value the example data; outputs in $(OUT)/"
	@echo "make test     the fast tests"
	@echo "make slow     the longer proofs"
	@echo "make check    everything CI runs"
	@echo "make lint | format | types | imports | setup | clean"

$(BIN)/python:
	@if [ -z "$(PYTHON)" ] || ! "$(PYTHON)" -c "$(SUITS)"; then \
		echo "Python 3.11, 3.12 or 3.13 is needed. Install one, or name it: make demo PYTHON=..."; \
		exit 1; fi
	"$(PYTHON)" -m venv $(VENV)

# A stamp is younger than pyproject.toml once its packages are in; what tests need includes the rest.
$(VENV)/.ready: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@touch $@

$(VENV)/.ready-test: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[test]'
	@touch $(VENV)/.ready $@

setup venv: $(VENV)/.ready-test

demo: $(VENV)/.ready
	$(BIN)/socialvalue demo --out $(OUT)

test: $(VENV)/.ready-test
	$(BIN)/python -m pytest -n $(WORKERS)

slow: $(VENV)/.ready-test
	$(BIN)/python -m pytest -n $(WORKERS) -m slow

lint: $(VENV)/.ready-test
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m ruff check .

format: $(VENV)/.ready-test
	$(BIN)/python -m ruff format .
	$(BIN)/python -m ruff check --fix .

types: $(VENV)/.ready-test
	$(BIN)/python -m mypy

imports: $(VENV)/.ready-test
	$(BIN)/lint-imports

check:
	VENV=$(VENV) ./.ci/run

clean:
	rm -rf $(VENV) dist build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
