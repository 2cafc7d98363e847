# Everything a newcomer needs. `make run` and `make test` do all the set-up themselves.
# The interpreter to build the environment with; the first that fits is taken.
PYTHON ?= $(firstword $(foreach python,python3.11 python3.12 python3.13 python3 python,\
	$(shell $(python) -c '$(FITS)' >/dev/null 2>&1 && echo $(python))))
FITS   := import sys, ensurepip; sys.exit(not (3, 11) <= sys.version_info < (3, 14))
VENV   := .venv
BIN    := $(VENV)/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
# A uv of the machine's own, or else one in the environment.
UV     := $(or $(shell command -v uv 2>/dev/null),$(BIN)/uv)
LOCK   := $(UV) pip compile --quiet --universal --generate-hashes --no-annotate --no-header \
	--fork-strategy fewest --python-version 3.11 --all-extras pyproject.toml
SERVE_LOCK := $(UV) pip compile --quiet --universal --generate-hashes --no-annotate --no-header \
	--python-version 3.11 --constraints requirements.lock requirements-serve.in
READY  := $(VENV)/.ready
EXTRAS := $(VENV)/.extras
# Of the interpreters that the project supports, `make matrix` tries those that are here.
VERSIONS := 3.11 3.12 3.13
MATRIX   := .matrix
PLATFORMS := x86_64-unknown-linux-gnu aarch64-unknown-linux-gnu aarch64-apple-darwin \
	x86_64-pc-windows-msvc
RUNTIME  := build/runtime
DEPENDENCIES := build/dependencies
STUDIES := zephyr_health local_hospital be_well mlp_cnn_vgg16 serenity_health
# DVC's stages call kedro by its name.
export PATH := $(abspath $(BIN)):$(PATH)

.DEFAULT_GOAL := help
.PHONY: help run test lint types unit coverage slow bench studies results experiments graph docs notebook pictures viz lock platforms matrix hooks licences sbom audit clean

help: ## List the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-11s %s\n", $$1, $$2}'

run: $(READY) ## Run the whole graph on the phantoms; only what is out of date
	@$(BIN)/kedro stages
	@$(BIN)/dvc repro reporting
	@$(BIN)/kedro results

test: lint ## Lint, types and tests
	@# Side by side; types take the time in which tests wait for something: no core is idle.
	@$(MAKE) --no-print-directory --jobs=2 types unit

lint: $(READY) ## Style
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY) ## Static types
	nice -n 7 $(BIN)/mypy

# What the tests of one file share is made once: a file stays in one process. Each process has a
# core: threads of BLAS would spend it on waiting for one another. What is compiled is kept, else
# every process that a test starts would compile the sources anew.
PYTEST := OMP_NUM_THREADS=1 PYTHONDONTWRITEBYTECODE= $(BIN)/pytest --numprocesses=auto --maxprocesses=4 --dist=loadscope \
	--no-loadscope-reorder
unit: $(READY) ## The tests, without the slow ones
	$(PYTEST)

coverage: $(READY) ## The same, and which lines they reach; a third slower
	$(PYTEST) --cov

slow: $(EXTRAS) ## The slower tests: whole runs, DVC, kedro viz, every architecture
	$(BIN)/pytest -m slow

bench: $(EXTRAS) ## Measure speed and memory against plain routes; write benchmarks/results.md
	$(BIN)/python benchmarks/suite.py

studies: $(READY) ## Repeat the five published studies on RADIOGRAPHS=<folder> or the archive
	@test -n "$$RADIOGRAPHS" -o -d data/01_raw/chest_xray || \
		$(BIN)/kedro run --env kermany --pipelines=fetch
	@for study in $(STUDIES); do \
		RADIOGRAPHS="$${RADIOGRAPHS:-data/01_raw/chest_xray}" RESULTS="data/studies/$$study" \
			$(BIN)/kedro run --env $$study || exit 1; \
	done

results: $(READY) ## The table of the last run, and its report
	@$(BIN)/kedro results

experiments: $(READY) ## The experiments of DVC: what differs between them, and what came of it
	@$(BIN)/dvc exp show --no-pager --only-changed --drop '.*/.*'

graph: $(READY) ## Draw the graph into docs/structure.md
	$(BIN)/kedro graph

docs: $(EXTRAS) ## Build docs/ and the reference as a site, build/site; offline, links checked
	$(BIN)/python docs/site/build.py

notebook: $(EXTRAS) ## Run conf/smoke anew and the notebook on it; keep its outputs
	rm -rf build/notebook
	env -u RADIOGRAPHS -u FILMS RESULTS=build/notebook $(BIN)/kedro run --env smoke
	KEDRO_ENV=smoke RESULTS=build/notebook $(BIN)/python notebooks/execute.py

pictures: $(EXTRAS) ## Make the pictures of the README from the run in RESULTS; needs Chromium
	$(BIN)/python docs/pictures.py

# With datasets the graph is as wide as all of them, and its names too small to read.
GRAPH := http://127.0.0.1:4141/?types=nodes
viz: $(EXTRAS) ## Look at the graph in the browser
	@echo "Pipelines and models, without the datasets between them: $(GRAPH)"
	@(for second in $$(seq 120); do sleep 1; \
	  if $(BIN)/python -c "from urllib.request import urlopen; urlopen('$(GRAPH)')" 2>/dev/null; then \
	    exec $(BIN)/python -m webbrowser "$(GRAPH)" >/dev/null 2>&1; \
	  fi; done) &
	$(BIN)/kedro viz run --no-browser

UPGRADE := --upgrade
lock: $(READY) ## Lock the dependencies anew, with hashes (UPGRADE= keeps versions that still fit)
	$(LOCK) $(UPGRADE) --output-file requirements.lock >/dev/null
	$(SERVE_LOCK) --output-file requirements-serve.lock >/dev/null

# antlr4-python3-runtime, which OmegaConf needs, is plain Python and published as source alone.
# onnxruntime needs macOS 14.
platforms: export MACOSX_DEPLOYMENT_TARGET := 14.0
platforms: $(READY) ## Show that everything in the lock has a wheel for each platform and Python
	@for platform in $(PLATFORMS); do for version in $(VERSIONS); do \
		echo "$$platform, Python $$version"; \
		$(UV) pip compile --quiet --python-platform $$platform --python-version $$version \
			--only-binary :all: --no-binary antlr4-python3-runtime --no-annotate --no-header --constraints requirements.lock \
			--all-extras pyproject.toml >/dev/null || exit 1; \
	done; done

matrix: $(READY) ## Install, run the smoke graph and test on each supported Python that is here
	@for version in $(VERSIONS); do \
		found=; \
		for python in python$$version "$${PYENV_ROOT:-$$HOME/.pyenv}"/versions/$$version*/bin/python; do \
			if "$$python" -c '$(FITS)' >/dev/null 2>&1; then found=$$python; break; fi; \
		done; \
		if test -z "$$found"; then echo "Skipped Python $$version: it is not here"; continue; fi; \
		echo "Python $$version: $$found"; \
		$(MAKE) VENV=$(MATRIX)/$$version PYTHON="$$found" smoke || exit 1; \
	done

.PHONY: smoke
smoke: $(READY)
	RESULTS=$(VENV)/results $(BIN)/kedro run --env smoke
	$(PYTEST)

clean: ## Remove the environments and the caches; radiographs and results stay
	rm -rf $(VENV) $(MATRIX) .pytest_cache .ruff_cache .mypy_cache .coverage build

hooks: $(READY) ## Let Git run style, types and stages before each commit
	@$(mirror); $(UV) tool install --quiet $${index:+--default-index "$$index"} pre-commit==4.7.0
	@"$$($(UV) tool dir --bin)/pre-commit" install

licences: $(RUNTIME) ## The licences of all that the package needs; fails on one it must not use
	@mkdir -p $(DEPENDENCIES)
	@$(call tool,pip-licenses==5.5.5) pip-licenses --python=$(RUNTIME)/bin/python \
		--from=mixed --with-urls --format=markdown --output-file=$(DEPENDENCIES)/licences.md
	$(BIN)/python tests/support/licences.py $(RUNTIME)/bin/python

sbom: $(RUNTIME) ## The same as a bill of materials, CycloneDX
	@mkdir -p $(DEPENDENCIES)
	@$(call tool,cyclonedx-bom==7.5.0) cyclonedx-py environment --pyproject pyproject.toml \
		--output-reproducible --of JSON --output-file $(DEPENDENCIES)/sbom.cdx.json $(RUNTIME)/bin/python
	@echo "Wrote $(DEPENDENCIES)/sbom.cdx.json"

audit: $(READY) ## Known weaknesses of the locked packages; needs a network
	@$(call tool,pip-audit==2.10.1) pip-audit --requirement requirements.lock --disable-pip \
		--require-hashes

# What users get: the package and what it reads, exports and serves with; no tools.
$(RUNTIME): requirements.lock pyproject.toml | $(READY)
	@"$(BIN)/python" -m venv --clear --without-pip $(RUNTIME)
	@$(mirror); $(UV) pip install --python $(RUNTIME)/bin/python $${index:+--default-index "$$index"} \
		--constraints requirements.lock --build-constraints requirements.lock \
		'.[dicom_results,export,jax,s3,serve,tracking,tune]'
	@touch $@

# A mirror of the package registry that pip was told of serves uv as well.
mirror = index="$${PIP_INDEX_URL:-$$($(BIN)/pip config get global.index-url 2>/dev/null)}"
tool   = $(mirror); $(UV) tool run $${index:+--default-index "$$index"} --from '$(1)'

# Compiled at once: where PYTHONDONTWRITEBYTECODE is set, every process would compile all anew.
define install
	@echo "Installing $(1) into $(VENV)"
	@$(mirror); $(UV) pip install --python $(BIN)/python $${index:+--default-index "$$index"} \
		--compile-bytecode --constraints requirements.lock --build-constraints requirements.lock \
		--editable '.[$(1)]'
	@touch $@
endef

$(READY): requirements.lock pyproject.toml
	@"$(PYTHON)" -c '$(FITS)' 2>/dev/null || { echo "Pneumoscope needs Python 3.11, 3.12 or 3.13" \
		"with venv: install one, or name it: make $(MAKECMDGOALS) PYTHON=<path>"; exit 1; }
	@test -x $(BIN)/python || "$(PYTHON)" -m venv $(VENV)
	@test -x "$(UV)" || $(BIN)/pip install --disable-pip-version-check uv
	$(call install,cluster$(comma)dev$(comma)dicom_results$(comma)dvc$(comma)serve)

$(EXTRAS): $(READY)
	$(call install,all)

comma := ,
