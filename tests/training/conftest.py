from dataclasses import replace
from importlib.util import find_spec

import pytest

from inkten.datasets.mnist import Mnist, load

# Without the extra "train", the modules that do not import Keras are still tested.
NEED_KERAS = [
    "test_backend.py",
    "test_convert.py",
    "test_calibrate_line_reader.py",
    "test_data.py",
    "test_export.py",
    "test_keras_classifier.py",
    "test_networks.py",
    "test_own_model.py",
    "test_own_digits.py",
    "test_packs.py",
    "test_processes.py",
    "test_recipes.py",
    "test_runs.py",
    "test_strip_batches.py",
    "test_targets.py",
    "test_train.py",
    "test_train_verifier.py",
]
collect_ignore = [] if find_spec("keras") else NEED_KERAS


@pytest.fixture(scope="session")
def few() -> Mnist:
    """A slice of MNIST that trains in a second."""
    complete = load()
    return Mnist(
        complete.train_images[:1280],
        complete.train_labels[:1280],
        complete.test_images[:200],
        complete.test_labels[:200],
    )


@pytest.fixture(scope="session")
def network(few, tmp_path_factory):
    """An mlp, trained for a second."""
    from inkten.training.fit import fit
    from inkten.training.networks import mlp
    from inkten.training.recipes import FAST
    from inkten.training.runs import Run, TrainingPlan

    recipe = replace(FAST, epochs=3, batch_size=32)
    plan = TrainingPlan("mlp", recipe, 0, few.checksum)
    trained = mlp()
    fit(
        trained,
        few.train_part,
        Run.start(tmp_path_factory.mktemp("runs") / "run", plan),
    )
    return trained
