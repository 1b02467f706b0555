"""The notebook runs from the first cell to the last, and is saved without outputs."""

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

NOTEBOOK = Path(__file__).parents[1] / "docs" / "notebooks" / "from_the_original.ipynb"
SMALL = "PICTURES, EPOCHS = 3_000, 2"  # replaces the cell tagged "parameters"
RUN = """
import json, sys
names = {"__name__": "__main__"}
for number, cell in enumerate(json.load(sys.stdin)):
    exec(compile(cell, f"cell {number}", "exec"), names)
print("LAST", names["reading"].text, names["digit_of_tile"], repr(names["blank"].text))
"""


@pytest.fixture(scope="module")
def cells():
    """The code cells."""
    notebook = json.loads(NOTEBOOK.read_text("utf-8"))
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def test_the_notebook_is_saved_without_outputs(cells):
    for cell in cells:
        assert cell["outputs"] == []
        assert cell["execution_count"] is None


@pytest.mark.train
@pytest.mark.skipif(find_spec("keras") is None, reason="needs inkten[train]")
def test_the_cells_run_in_order(cells):
    sources = [
        SMALL if "parameters" in cell["metadata"].get("tags", ()) else _source(cell)
        for cell in cells
    ]
    assert sources.count(SMALL) == 1
    done = subprocess.run(
        [sys.executable, "-c", RUN],
        input=json.dumps(sources),
        cwd=NOTEBOOK.parent,
        env={**os.environ, "MPLBACKEND": "agg", "TF_CPP_MIN_LOG_LEVEL": "3"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "LAST 555 0134 7 ''"


def _source(cell):
    return "".join(cell["source"])
