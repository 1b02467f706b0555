"""Training, from a plan to a finished run folder.

    run = Run.start(Path("runs/mine"), Plan("mlp", FAST, seed=0, ...))
    outcome = train_classifier(run, mnist.load())

A run that was stopped goes on the same way, with ``Run.resume``.
"""

import math
from collections.abc import Callable, Mapping

from inkten import __version__
from inkten.datasets.mnist import Mnist, Part, as_tiles
from inkten.errors import RunError
from inkten.evaluation.measure import measure
from inkten.evaluation.report import worst_mistakes
from inkten.models.card import Card
from inkten.training import networks
from inkten.training.backend import keras
from inkten.training.classify import as_classifier
from inkten.training.export import export_classifier
from inkten.training.outcome import Outcome
from inkten.training.results import write_results
from inkten.training.runs import History, Run

# Called with the steps done, the steps in all, and the epoch's running averages.
OnStep = Callable[[int, int, Mapping[str, float]], None]
CLASSIFIERS = {"mlp": networks.mlp}


def train_classifier(run: Run, data: Mnist, on_step: OnStep | None = None) -> Outcome:
    """Train a classifier of 28x28 tiles and fill its run folder.

    All training pictures are learned from: the choices in a recipe were made on the
    split, and with them made the last twelfth is worth more as lessons. The test
    pictures are looked at once, at the end.

    Raises:
        RunError: a resumed run was started on other data.
    """
    _check_data(run, data)
    keras.utils.set_random_seed(run.plan.seed)
    network = CLASSIFIERS[run.plan.network]()
    history = fit(network, data.train_part, run, on_step)
    seen = as_classifier(network)(as_tiles(data.test_images))  # (N, 10)
    outcome = Outcome(
        train_accuracy=history[-1]["accuracy"],
        train_loss=history[-1]["loss"],
        test=measure(seen, data.test_labels),
    )
    network.save(run.partial / "model.keras")
    export_classifier(network, run.partial / "model.onnx", _card(run, data, outcome))
    mistakes = worst_mistakes(data.test_images, data.test_labels, seen)
    write_results(run, history, outcome, mistakes)
    run.finish()
    return outcome


def fit(
    network: keras.Model, lessons: Part, run: Run, on_step: OnStep | None = None
) -> History:
    """Fit a network by the run's recipe, from where the run stands.

    Returns:
        One row per epoch, those before a resume included.
    """
    recipe = run.plan.recipe
    steps = math.ceil(len(lessons) / recipe.batch_size)
    network.compile(
        optimizer=recipe.optimizer(steps * recipe.epochs),
        loss=network.loss,
        metrics=["accuracy"],
        steps_per_execution=min(steps, recipe.steps_per_execution),
    )
    history = run.restore(network)
    if history:  # a resumed run shall not see the first orders of pictures again
        keras.utils.set_random_seed(run.plan.seed + len(history))
    network.fit(
        as_tiles(lessons.images),
        lessons.labels,
        batch_size=recipe.batch_size,
        initial_epoch=len(history),
        epochs=recipe.epochs,
        callbacks=[_KeepAndTell(run, history, steps, on_step)],
        verbose=0,
    )
    return history


class _KeepAndTell(keras.callbacks.Callback):
    """After every epoch keep the state; after every execution tell the progress."""

    def __init__(
        self, run: Run, history: History, steps: int, on_step: OnStep | None
    ) -> None:
        super().__init__()
        self._run, self._history, self._steps = run, history, steps
        self._on_step = on_step

    def on_train_batch_end(
        self, batch: int, logs: Mapping[str, float] | None = None
    ) -> None:
        if self._on_step:
            steps_before = len(self._history) * self._steps
            in_all = self._run.plan.recipe.epochs * self._steps
            self._on_step(steps_before + batch + 1, in_all, logs or {})

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        figures = {name: float(value) for name, value in (logs or {}).items()}
        self._history.append(figures)
        self._run.keep(self.model, self._history)


def _check_data(run: Run, data: Mnist) -> None:
    if data.checksum != run.plan.data_checksum:
        raise RunError(
            f"{run.folder} was started on other data (checksum "
            f"{run.plan.data_checksum[:12]}..., now {data.checksum[:12]}...). Give "
            "the same --data-dir as at its start."
        )


def _card(run: Run, data: Mnist, outcome: Outcome) -> Card:
    return Card(
        task="which handwritten digit is in a tile",
        input_form="(N, 28, 28) float32 in 0..1, ink = 1, as MNIST has it",
        classes="0 1 2 3 4 5 6 7 8 9",
        training_data=f"MNIST, {len(data.train_images):,} training pictures",
        figures={
            "test_accuracy": round(outcome.test.accuracy.value, 4),
            "test_log_loss": round(outcome.test.log_loss, 4),
        },
        recipe=f"{run.plan.network} {run.plan.recipe.name}, seed {run.plan.seed}",
        version=__version__,
    )
