# Sets everything up from Python >= 3.11 and make, and runs the demo, the checks and the tests. `make help` lists them.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup python-env node-env chromium firefox demo build packages lint test goldens screenshots bench clean distclean

VENV := .venv
PYTHON := $(VENV)/bin/python
BOOTSTRAP := .venv-bootstrap
# Stamps lie inside what they speak for: whoever deletes the one deletes the other.
PYTHON_STAMP := $(VENV)/.synced
NODE_STAMP := extension/node_modules/.installed
PEERS_STAMP := benchmarks/node_modules/.installed

# The environment first: where the system's Node is missing or too old, node and npm are put there.
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
# Through env, because make 3.81 (macOS) looks programs up in the PATH that it was started with.
NPM := env npm --prefix extension
NODE := env node
export TF_CPP_MIN_LOG_LEVEL ?= 3
export TF_ENABLE_ONEDNN_OPTS ?= 0

help: ## show this list
	@echo "make demo                   check a page of faces in Chromium and print the verdicts"
	@echo "make demo IMAGES=folder     the same with your own images"
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | grep -v '^demo' | \
		while IFS='|' read -r name text; do printf 'make %-22s %s\n' "$$name" "$$text"; done

setup: python-env node-env chromium firefox ## install uv, the Python packages, Node's packages, a Chromium and a Firefox

python-env: $(PYTHON_STAMP)

# uv from the PATH where it runs, else one of our own; it also finds (or fetches) a Python that the lock file allows.
$(PYTHON_STAMP): pyproject.toml uv.lock
	@if uv --version >/dev/null 2>&1; then uv=uv; else \
		uv=$(BOOTSTRAP)/bin/uv; \
		for python in python3.12 python3.11 python3 ''; do \
			[ -n "$$python" ] || { echo "No Python >= 3.11 was found: install one (Debian: apt-get install python3 python3-venv)."; exit 1; }; \
			$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && break; \
		done; \
		$$uv --version >/dev/null 2>&1 || { \
			$$python -m venv --clear $(BOOTSTRAP) && echo '*' > $(BOOTSTRAP)/.gitignore && \
			$(BOOTSTRAP)/bin/python -m pip install --quiet --disable-pip-version-check uv; \
		} || { echo "uv could not be installed into $(BOOTSTRAP). Debian's Python needs the package python3-venv for it."; exit 1; }; \
	fi; \
	$$uv sync --frozen || { \
		echo "The Python packages could not be installed. They need Python 3.11 or 3.12 (TensorFlow.js's converter"; \
		echo "has no 3.13 packages): install one of them if uv says above that it found none."; exit 1; }
	@touch $@

node-env: $(NODE_STAMP)

$(NODE_STAMP): extension/package.json extension/package-lock.json | $(PYTHON_STAMP)
	@$(PYTHON) -m extension.demo.ensure_node
	$(NPM) ci --ignore-scripts --no-audit --no-fund --no-update-notifier
	@touch $@

chromium: | $(PYTHON_STAMP)
	@$(PYTHON) -m extension.demo.ensure_chromium

firefox: | $(PYTHON_STAMP)
	@$(PYTHON) -m extension.demo.ensure_firefox

demo: setup
	@$(PYTHON) -m extension.demo.demo $(if $(IMAGES),--images "$(IMAGES)")

build: node-env ## build the extension into extension/dist
	$(NODE) extension/build.mjs

packages: node-env ## build both stores' packages into extension/dist/packages: the same bytes from the same sources
	@$(NPM) run --silent packages

lint: python-env node-env ## check style and types, Python and JavaScript, and the built Firefox package
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(NPM) run --silent lint
	$(NPM) run --silent types
	$(NPM) run --silent lint:package

test: setup lint ## run every check and every test
	$(NPM) run --silent test
	$(PYTHON) -m pytest --durations=15

goldens: python-env node-env ## make the fixtures and the golden files of the tests anew
	$(PYTHON) -m tests.fixtures.make_fixtures
	$(PYTHON) -m tests.fixtures.make_clips
	$(PYTHON) -m tests.parity.goldens

screenshots: setup ## make the pictures of docs/screenshots anew
	@$(PYTHON) -m extension.demo.screenshots

bench: setup $(PEERS_STAMP) ## measure speed against what a user would pick instead, into bench-output (BENCH="detector --data DIR": one of them)
	@$(PYTHON) -m benchmarks $(BENCH)

# What is compared with, beside our own packages and in none of ours.
$(PEERS_STAMP): benchmarks/package.json benchmarks/python-peers.txt | $(PYTHON_STAMP) $(NODE_STAMP)
	env npm --prefix benchmarks install --ignore-scripts --no-audit --no-fund --no-update-notifier
	@if uv --version >/dev/null 2>&1; then uv=uv; else uv=$(BOOTSTRAP)/bin/uv; fi; \
		$$uv pip install --quiet --python $(PYTHON) --target benchmarks/python-peers --no-deps -r benchmarks/python-peers.txt
	@touch $@

clean: ## delete what was built
	rm -rf extension/dist demo-output bench-output .pytest_cache .ruff_cache

distclean: clean ## delete the installed environments too
	rm -rf $(VENV) $(BOOTSTRAP) extension/node_modules benchmarks/node_modules benchmarks/python-peers
