# The one door. `make demo` shows it, `make test` proves it.
SHELL := /bin/bash
PY := .venv/bin/python
EXAMPLE ?= sales
.DEFAULT_GOAL := help
.PHONY: help demo clients test check bench lock setup dev ui

help: ## what can be made
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | expand -t 12

setup: ## install what is needed to run
	@scripts/setup.sh runtime

dev: ## install what is needed to develop
	@scripts/setup.sh dev

demo: setup ## build an example, compute it, show it, serve it (EXAMPLE=sales|travel|retail)
	@.venv/bin/bizops demo $(EXAMPLE)

check: dev ## style, types, layers
	@.venv/bin/ruff check --quiet . && .venv/bin/ruff format --check --quiet .
	@.venv/bin/mypy
	@.venv/bin/lint-imports

clients: ## install the JavaScript SDK that tests send telemetry with (needs npm)
	@mkdir -p tests/clients/installed && cp tests/clients/package.json tests/clients/installed/
	@cd tests/clients/installed && npm install --no-package-lock --no-audit --no-fund --silent

test: dev check ## everything that must hold
	@$(PY) -m pytest -n 2

bench: dev ## measure speed and memory, and write docs/performance.md
	@$(PY) -m bench

lock: dev ## renew the locked requirements
	@$(PY) -m pip install -q uv
	@$(PY) -m uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --group pyproject.toml:build pyproject.toml -o requirements/runtime.txt
	@$(PY) -m uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --group pyproject.toml:build --group pyproject.toml:dev pyproject.toml -o requirements/dev.txt

ui: ## build the console into the package (needs node)
	@cd ui && npm ci --silent --no-audit --no-fund && npm run --silent check && npm run --silent build
