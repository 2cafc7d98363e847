# Everything a newcomer needs. `make run` and `make test` do all the set-up themselves.
PYTHON ?= python3.11
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
STUDIES := zephyr_health local_hospital be_well mlp_cnn_vgg16 serenity_health
# DVC's stages call kedro by name.
export PATH := $(CURDIR)/$(BIN):$(PATH)

.DEFAULT_GOAL := help
.PHONY: help run test lint types slow bench studies results graph viz lock clean

help: ## List the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-9s %s\n", $$1, $$2}'

run: $(READY) ## Run the whole graph on the phantoms; only what is out of date
	@dvc repro
	@kedro results

test: lint types $(READY) ## Lint, types and tests
	pytest --cov

lint: $(READY) ## Style
	ruff check .
	ruff format --check .

types: $(READY) ## Static types
	mypy

slow: $(READY) ## The slower tests: whole runs, DVC, kedro viz, every architecture
	pytest -m slow

bench: $(READY) ## Measure speed and memory against plain routes; write benchmarks/results.md
	python benchmarks/suite.py

studies: $(READY) ## Repeat the five published studies on RADIOGRAPHS=<folder> or the archive
	@test -n "$$RADIOGRAPHS" -o -d data/01_raw/chest_xray || kedro run --env kermany --pipelines=fetch
	@for study in $(STUDIES); do \
		RADIOGRAPHS="$${RADIOGRAPHS:-data/01_raw/chest_xray}" RESULTS="data/studies/$$study" \
			kedro run --env $$study || exit 1; \
	done

results: $(READY) ## The table of the last run, and its report
	@kedro results

graph: $(READY) ## Draw the graph into the README
	kedro graph

viz: $(READY) ## Look at the graph in the browser
	kedro viz run

lock: $(READY) ## Lock the dependencies anew, with hashes
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-annotate --no-header \
		--upgrade --extra dev --python-version 3.11 pyproject.toml --output-file requirements.lock

clean: ## Remove the environment and the caches; radiographs and results stay
	rm -rf $(VENV) .pytest_cache .ruff_cache .mypy_cache .coverage build

$(READY): requirements.lock pyproject.toml
	@echo "Building $(VENV): about a minute and 1.5 GB"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	$(BIN)/pip check --quiet --disable-pip-version-check
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@
