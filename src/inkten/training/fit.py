"""A network is fitted by its run's recipe, from where the run stands."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from inkten.datasets.mnist import Part, as_tiles
from inkten.training.backend import keras
from inkten.training.data import EndlessBatches
from inkten.training.memory import keep_freed_memory
from inkten.training.recipes import Recipe
from inkten.training.runs import History, Run

# Called with the steps done, the steps in all, and the epoch's running averages.
OnStep = Callable[[int, int, Mapping[str, float]], None]


def fit(
    network: keras.Model,
    lessons: Part | EndlessBatches,
    run: Run,
    on_step: OnStep | None = None,
    *,
    metrics: Sequence[str] = ("accuracy",),
) -> History:
    """Fit a network by the run's recipe, from where the run stands.

    Returns:
        One row per epoch, those before a resume included.
    """
    recipe = run.plan.recipe
    steps = _steps(lessons, recipe)
    network.compile(
        optimizer=recipe.optimizer(steps * recipe.epochs),
        loss=network.loss,
        metrics=list(metrics),
        steps_per_execution=_steps_per_execution(steps, recipe),
    )
    keep_freed_memory()
    history = run.restore(network)
    if history:  # a resumed run shall not see the first orders of pictures again
        keras.utils.set_random_seed(run.plan.seed + len(history))
    network.fit(
        **_data(lessons, recipe, len(history)),
        initial_epoch=len(history),
        epochs=recipe.epochs,
        callbacks=[_KeepAndTell(run, history, steps, on_step)],
        verbose=0,
    )
    return history


def _steps_per_execution(steps: int, recipe: Recipe) -> int:
    if keras.backend.backend() == "torch":
        return 1  # Keras runs PyTorch step by step
    return min(steps, recipe.steps_per_execution)


def _steps(lessons: Part | EndlessBatches, recipe: Recipe) -> int:
    if isinstance(lessons, EndlessBatches):
        return len(lessons)
    return math.ceil(len(lessons) / recipe.batch_size)


def _data(
    lessons: Part | EndlessBatches, recipe: Recipe, epochs_done: int
) -> dict[str, Any]:
    """What Keras's ``fit`` takes."""
    if isinstance(lessons, EndlessBatches):
        lessons.epoch = epochs_done
        return {"x": lessons}
    return {
        "x": as_tiles(lessons.images),
        "y": lessons.labels,
        "batch_size": recipe.batch_size,
    }


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
