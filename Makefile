# The checks, for people and for .ci/run alike. Python: .venv's if there is one.
bin := $(if $(wildcard .venv/bin/python),.venv/bin/)

.PHONY: check static test quick fix docs references figures benchmarks

check: static test docs  ## everything

static: quick  ## all that reads the code without running it
	$(bin)python -m mypy

test:
	$(bin)python -m pytest

quick:  ## seconds: what pre-commit runs
	$(bin)python -m ruff check
	$(bin)python -m ruff format --check
	$(bin)lint-imports

docs:  ## the site, in build/docs; a warning or a link that leads nowhere is an error
	$(bin)python -m sphinx -b html -W --keep-going --nitpicky -q -E docs build/docs
	@! grep -rnE --include='*.html' \
	  '<(img|script|link|iframe)[^>]*(src|href)="(https?:)?//' build/docs \
	  || { echo 'the site loads something from another host' >&2; exit 1; }

references:  ## the reference pages, from the code
	$(bin)python docs/references

figures:  ## the pictures of how_it_works.md, with the models that ship
	$(bin)python docs/make_figures.py

benchmarks:  ## every program of benchmarks/ in turn: hours; all.py --quick: minutes
	$(bin)python benchmarks/all.py

fix:  ## what can be put right without thinking
	$(bin)python -m ruff check --fix
	$(bin)python -m ruff format
