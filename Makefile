# The checks, for people and for .ci/run alike. Python: .venv's if there is one.
bin := $(if $(wildcard .venv/bin/python),.venv/bin/)

.PHONY: check static test quick fix

check: static test  ## everything

static: quick  ## all that reads the code without running it
	$(bin)python -m mypy

test:
	$(bin)python -m pytest

quick:  ## seconds: what pre-commit runs
	$(bin)python -m ruff check
	$(bin)python -m ruff format --check
	$(bin)lint-imports

fix:  ## what can be put right without thinking
	$(bin)python -m ruff check --fix
	$(bin)python -m ruff format
