# The checks, the same for people and for .ci/run. Uses .venv if there is one.
bin := $(if $(wildcard .venv/bin/python),.venv/bin/)

.PHONY: check static test floors quick fix docs references figures benchmarks constraints

check: static test docs  ## all checks but 'floors'

static: quick  ## checks that only read the code
	$(bin)python -m mypy

test:
	$(bin)python -m pytest

# Without training and Ray, which take long to install, and without the tests that need
# a browser, the documentation tools, Keras or matplotlib. Old packages may use what newer
# versions of their own dependencies deprecate.
floors:  ## minutes: the tests with the lowest versions that pyproject.toml allows
	$(bin)python -m venv --clear build/floors
	build/floors/bin/pip install --quiet uv
	build/floors/bin/uv pip install --python build/floors/bin/python \
	  --resolution lowest-direct -e '.[heic,serve,batch,pdf,xlsx,test]'
	build/floors/bin/python -m pytest -W ignore::DeprecationWarning \
	  --ignore tests/training --ignore tests/synthesis --ignore tests/test_docs.py \
	  --ignore tests/test_notebook.py --ignore tests/server/page \
	  --ignore tests/forms/test_pages.py --ignore tests/tables/test_review.py \
	  --ignore tests/server/test_document.py --ignore tests/test_references.py

quick:  ## seconds: what pre-commit runs
	$(bin)python -m ruff check
	$(bin)python -m ruff format --check
	$(bin)lint-imports

docs:  ## the site in build/docs; warnings and broken links are errors
	$(bin)python -m sphinx -b html -W --keep-going --nitpicky -q -E docs build/docs
	@! grep -rnE --include='*.html' \
	  '<(img|script|link|iframe)[^>]*(src|href)="(https?:)?//' build/docs \
	  || { echo 'the site loads something from another host' >&2; exit 1; }

references:  ## regenerate the reference pages from the code
	$(bin)python docs/references

figures:  ## redraw the pictures of the docs with the shipped models
	$(bin)python docs/make_figures.py
	$(bin)python examples/make_misread_examples.py

benchmarks:  ## all benchmarks: hours; 'python benchmarks/all.py --quick': minutes
	$(bin)python benchmarks/all.py

# --universal: for every system and Python; --no-config: nothing of this machine.
uv-compile := build/uv/bin/uv pip compile --quiet --upgrade --universal \
  --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
  --no-config --custom-compile-command 'make constraints'

constraints:  ## renew the versions, with hashes, of what the Dockerfile installs
	$(bin)python -m venv build/uv
	build/uv/bin/pip install --quiet uv
	$(uv-compile) --extra serve --extra heic --extra xlsx pyproject.toml -o container/serve.txt
	echo 'hatchling>=1.27' | $(uv-compile) - -o container/build.txt

fix:  ## fix what ruff can fix
	$(bin)python -m ruff check --fix
	$(bin)python -m ruff format
