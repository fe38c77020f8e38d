# Every target makes the environment it needs in .venv first; nothing has to be installed by hand.
PYTHON ?= python3
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev dev compile serve test soak check bench fmt lock docs shots cast clean

help: ## show what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | awk -F'\t' '{printf "  make %-10s %s\n", $$1, $$2}'

setup: ## install what serving takes
	@$(PYTHON) scripts/setup.py full

setup-dev:
	@$(PYTHON) scripts/setup.py dev

dev: setup-dev ## the gateway, and the console with hot reload beside it
	@$(BIN)/python scripts/dev.py $(ARGS)

serve: setup ## start the gateway on http://127.0.0.1:4100
	@$(BIN)/switchgear serve $(ARGS)

compile: setup-dev ## compile the hot path, so that serving takes a third less CPU (what was changed since is served from its source)
	@$(BIN)/python scripts/compile.py

test: compile ## run every test
	@$(BIN)/python -m pytest -n 2 --dist worksteal $(ARGS)

soak: compile ## kill workers under load for ten minutes and look at the books (ARGS="--minutes 2")
	@$(BIN)/python tests/soak/run.py $(ARGS)

check: setup-dev ## formatting, lint, types, layers, dependencies, dead code, house rules
	@$(BIN)/python scripts/check.py

bench: compile ## measure against nginx, LiteLLM and Portkey
	@$(BIN)/python bench/run.py $(ARGS)

fmt: setup-dev ## format and fix what can be fixed
	@$(BIN)/ruff format src tests bench scripts
	@$(BIN)/ruff check --fix --quiet src tests bench scripts || true

docs: setup-dev ## write the generated reference pages again
	@$(BIN)/python scripts/docs.py

shots: setup-dev ## take the pictures of the console that README and docs show
	@$(BIN)/python scripts/shots.py $(ARGS)

cast: setup-dev ## play the first minute again and draw it
	@$(BIN)/python scripts/cast.py

lock: setup-dev ## resolve the dependencies again (needs uv)
	@bash scripts/lock.sh

clean: ## remove everything that was made here
	rm -rf web/node_modules src/switchgear/console/site .venv .venv-clients tests/clients/node/node_modules .bootstrap .bench .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist
	rm -f src/switchgear/.compile* src/*.so; find src -name "*.so" -delete
