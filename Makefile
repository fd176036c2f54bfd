# The one door for people and CI. `make` alone lists what there is.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
MAKEFLAGS += --no-print-directory

# Bytecode is worth its disk space: without it every start takes twice as long.
unexport PYTHONDONTWRITEBYTECODE
export DO_NOT_TRACK := 1

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' >/dev/null 2>&1 && { command -v $$p; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
DAGSTER_HOME_DIR = $(abspath $(or $(PARALLAX_HOME),warehouse))/dagster
DBT_SOURCES := $(shell find dbt -name target -prune -o -name logs -prune -o -type f -print)
ARGS ?=

help: ## List what there is
	@echo "Parallax: how different news outlets report the same events."
	@echo
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'
	@echo
	@echo "  Options go into ARGS, such as: make run ARGS=--all"

demo: $(VENV)/run.stamp ## Set up, then run the whole way on bundled sample feeds, offline
	@$(BIN)/parallax demo $(ARGS)

run: $(VENV)/run.stamp ## Set up, then poll the outlets of your registry and publish
	@$(BIN)/parallax run $(ARGS)

ui: $(VENV)/run.stamp dbt/target/manifest.json ## Set up, then open Dagster on the loopback address (http://127.0.0.1:3000)
	@mkdir -p $(DAGSTER_HOME_DIR) && cp dagster.yaml $(DAGSTER_HOME_DIR)/dagster.yaml
	@DAGSTER_HOME=$(DAGSTER_HOME_DIR) PATH="$(abspath $(BIN)):$$PATH" $(BIN)/dagster dev --host 127.0.0.1 --workspace workspace.yaml $(ARGS)

test: $(VENV)/dev.stamp dbt/target/manifest.json ## Set up, then run all tests (the long ones excepted)
	@$(BIN)/pytest -n 2 --dist loadfile $(ARGS)

soak: $(VENV)/dev.stamp dbt/target/manifest.json ## Run the long tests: kills, lock fights, the whole archive
	@PARALLAX_SOAK=1 $(BIN)/pytest -m soak --timeout 3600 $(ARGS)

lint: $(VENV)/dev.stamp ## Check style, types, imports between packages, SQL
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/sqlfluff lint --disable-progress-bar dbt/models dbt/tests warehouse/queries

bench: $(VENV)/dev.stamp ## Time a replay against bare feedparser and nlp.pipe (needs an archive: ARGS="DIR")
	@$(BIN)/python benchmarks/replay_ratio.py $(ARGS)

setup: $(VENV)/dev.stamp dbt/target/manifest.json ## Only set up

lock: ## Resolve the locks anew (needs uv); look at the difference before you commit it
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
		--no-strip-extras --no-annotate --custom-compile-command 'make lock' --extra dev -o requirements/dev.lock -q
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
		--no-strip-extras --no-annotate --custom-compile-command 'make lock' -c requirements/dev.lock -o requirements/run.lock -q

clean: ## Delete the environment and caches; your data stays
	rm -rf $(VENV) dbt/target dbt/logs .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(VENV)/run.stamp: requirements/run.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Parallax needs Python 3.11, 3.12 or 3.13; none was found. Install one, or say make PYTHON=/path/to/python3"; exit 1; }
	@echo "Setting up $(VENV) with $$($(PYTHON) --version) (about 1 GB, a few minutes the first time) …"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@# The lock is complete, so nothing has to be resolved; old versions of pip cannot resolve it at all.
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-compile --require-hashes -r requirements/run.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q -j 0 $(VENV)/lib >/dev/null || true
	@touch $@

$(VENV)/dev.stamp: $(VENV)/run.stamp requirements/dev.lock
	@echo "Adding what tests and linters need …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-compile --require-hashes -r requirements/dev.lock
	@$(BIN)/python -m compileall -q -j 0 $(VENV)/lib >/dev/null || true
	@touch $@

dbt/target/manifest.json: $(VENV)/run.stamp $(DBT_SOURCES)
	@PARALLAX_BUILD_DATABASE=warehouse/build/parallax.duckdb $(BIN)/dbt --quiet parse --project-dir dbt --profiles-dir dbt --target-path target --log-path target/logs
	@touch $@

.PHONY: help demo run ui test soak lint bench setup lock clean
