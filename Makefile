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
PY := $(BIN)/python.exe
else
BIN := $(VENV)/bin
PY := $(BIN)/python
endif

.DEFAULT_GOAL := help
.PHONY: help setup venv demo test slow properties oldest bench check lint format types imports clean

help:
	@echo "make demo     value the example data; outputs in $(OUT)/"
	@echo "make test     the fast tests"
	@echo "make slow     the longer proofs"
	@echo "make properties   2,000 random examples of each property of the valuation"
	@echo "make oldest   the fast tests on the oldest packages that are allowed"
	@echo "make bench    time and memory beside the same job by hand (10 million records)"
	@echo "make check    everything CI runs"
	@echo "make lint | format | types | imports | setup | clean"

$(PY):
	@if [ -z "$(PYTHON)" ] || ! "$(PYTHON)" -c "$(SUITS)" 2>/dev/null; then \
		echo "Python 3.11, 3.12 or 3.13 is needed. Install one, or name it: make demo PYTHON=..."; \
		exit 1; fi
	"$(PYTHON)" -m venv $(VENV)

# A stamp is younger than pyproject.toml once its packages are in; what tests need includes the rest.
$(VENV)/.ready: pyproject.toml | $(PY)
	$(PY) -m pip install --quiet --disable-pip-version-check -e .
	@touch $@

$(VENV)/.ready-test: pyproject.toml | $(PY)
	$(PY) -m pip install --quiet --disable-pip-version-check -e '.[test]'
	@touch $(VENV)/.ready $@

setup venv: $(VENV)/.ready-test

demo: $(VENV)/.ready
	$(BIN)/socialvalue demo --out $(OUT)

test: $(VENV)/.ready-test
	$(PY) -m pytest -n $(WORKERS)

slow: $(VENV)/.ready-test
	$(PY) -m pytest -n $(WORKERS) -m slow

# Each property of the valuation on many records drawn at random, not the few of the fast tests.
EXAMPLES ?= 2000

properties: $(VENV)/.ready-test
	SOCIALVALUE_EXAMPLES=$(EXAMPLES) $(PY) -m pytest -n $(WORKERS) tests/test_properties.py

# Every floor in pyproject.toml is a promise: this installs exactly the floors, in a folder of its own.
FLOORS := import tomllib; project = tomllib.load(open("pyproject.toml", "rb"))["project"]; \
	needs = project["dependencies"] + project["optional-dependencies"]["parquet"]; \
	print(*[need.replace(">=", "==") for need in needs], sep="\n")
OLD := $(subst $(VENV),$(VENV)-oldest,$(PY))

oldest:
	"$(PYTHON)" -m venv --clear $(VENV)-oldest
	$(OLD) -c '$(FLOORS)' > $(VENV)-oldest/floors.txt
	$(OLD) -m pip install --quiet --disable-pip-version-check -r $(VENV)-oldest/floors.txt -e '.[test]'
	$(OLD) -m pytest -n $(WORKERS)

# Ten million records, each job in a process of its own; BENCH takes further options of benchmarks.run.
RECORDS ?= 10_000_000
ROUNDS ?= 5
BENCH ?=

bench: $(VENV)/.ready-test
	$(PY) -W ignore -m benchmarks.run --records $(RECORDS) --rounds $(ROUNDS) $(BENCH)

lint: $(VENV)/.ready-test
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .

format: $(VENV)/.ready-test
	$(PY) -m ruff format .
	$(PY) -m ruff check --fix .

types: $(VENV)/.ready-test
	$(PY) -m mypy

imports: $(VENV)/.ready-test
	$(BIN)/lint-imports

check:
	VENV=$(VENV) ./.ci/run

clean:
	rm -rf $(VENV) $(VENV)-oldest dist build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
