import runpy
from pathlib import Path

import numpy as np
import pytest

from inkten import Form
from inkten.datasets import mnist

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "form"


@pytest.fixture(scope="session")
def made():
    """The names of benchmarks/made_forms.py."""
    pytest.importorskip("matplotlib", reason="synthetic pages need its fonts")
    return runpy.run_path(str(ROOT / "benchmarks" / "made_forms.py"))


@pytest.fixture(scope="session")
def form():
    """The mark sheet of the docs."""
    return Form.load(EXAMPLE / "form.json")


@pytest.fixture(scope="session")
def sheet(made):
    """A function that fills in the mark sheet: (H, W, 3) RGB, straight and even."""
    example = made["example_form"]()

    def sheet(**answers):
        rng = np.random.default_rng(3)
        return made["fill_with"](rng, example, mnist.load().test_part, answers)

    return sheet
