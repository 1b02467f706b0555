"""Fit a network by its run's recipe, from the run's last complete epoch."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from inkten.classification.tiles import with_context
from inkten.datasets.mnist import Part, as_tiles
from inkten.training.backend import keras
from inkten.training.data import Batch, EndlessBatches
from inkten.training.memory import keep_freed_memory
from inkten.training.recipes import Recipe
from inkten.training.runs import History, Run

# Called with the steps done, all steps, and the running averages of the epoch.
OnStep = Callable[[int, int, Mapping[str, float]], None]


def fit(
    network: keras.Model,
    data: Part | EndlessBatches,
    run: Run,
    on_step: OnStep | None = None,
    *,
    metrics: Sequence[str] = ("accuracy",),
    validation: Part | Batch | None = None,
) -> History:
    """Fit a network, starting from the run's checkpoint if there is one.

    Args:
        network: what to fit.
        data: what it learns from.
        run: the run's folder and plan.
        on_step: called after every step, to show progress.
        metrics: what is measured besides the loss.
        validation: what is measured after every epoch, and not learned from.

    Returns:
        One row per epoch, including those before a resume.
    """
    recipe = run.plan.recipe
    steps = _steps(data, recipe)
    network.compile(
        optimizer=recipe.optimizer(steps * recipe.epochs),
        loss=network.loss,
        metrics=list(metrics),
        steps_per_execution=_steps_per_execution(steps, recipe),
    )
    keep_freed_memory()
    if isinstance(data, Part):
        _create_variables(network, data)
    history = run.load_checkpoint(network)
    if history:  # a resumed run must not repeat the order of the first epochs
        keras.utils.set_random_seed(run.plan.seed + len(history))
    network.fit(
        **_inputs(data, recipe, len(history)),
        validation_data=_validation(network, validation),
        validation_batch_size=recipe.batch_size,
        initial_epoch=len(history),
        epochs=recipe.epochs,
        callbacks=[_Checkpoints(run, history, steps, on_step)],
        verbose=0,
    )
    return history


def _create_variables(network: keras.Model, data: Part) -> None:
    """Create the variables of the optimizer and of the metrics.

    A first step that creates them would be traced twice by TensorFlow, and tracing the
    mlp's step takes as long as an epoch.
    """
    network.optimizer.build(network.trainable_variables)
    tile, label = as_tiles(data.images[:1]), data.labels[:1]
    answer = network(tile)
    network.compute_loss(x=tile, y=label, y_pred=answer)
    network.compute_metrics(tile, label, answer)
    network.reset_metrics()


def _steps_per_execution(steps: int, recipe: Recipe) -> int:
    if keras.backend.backend() == "torch":
        return 1  # Keras cannot compile several steps of PyTorch
    return min(steps, recipe.steps_per_execution)


def _steps(data: Part | EndlessBatches, recipe: Recipe) -> int:
    """Steps in an epoch."""
    if isinstance(data, EndlessBatches):
        return len(data)
    return math.ceil(len(data) / recipe.batch_size)


def _inputs(
    data: Part | EndlessBatches, recipe: Recipe, epochs_done: int
) -> dict[str, Any]:
    """The arguments of Keras's ``fit`` that hold the data."""
    if isinstance(data, EndlessBatches):
        data.epoch = epochs_done
        return {"x": data}
    # As `as_tiles`, but scaled by the backend: it copies only a quarter of the bytes.
    tiles = keras.ops.cast(data.images, "float32") / 255
    labels = keras.ops.convert_to_tensor(data.labels)
    return {"x": tiles, "y": labels, "batch_size": recipe.batch_size}


def _validation(network: keras.Model, data: Part | Batch | None) -> Batch | None:
    """The pictures and labels of Keras's ``validation_data``."""
    if not isinstance(data, Part):
        return data
    tiles = as_tiles(data.images)
    sees_context = len(network.input_shape) > tiles.ndim
    return (with_context(tiles) if sees_context else tiles), data.labels


class _Checkpoints(keras.callbacks.Callback):
    """Saves the state after every epoch and reports the progress of the steps."""

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
            total = self._run.plan.recipe.epochs * self._steps
            self._on_step(steps_before + batch + 1, total, logs or {})

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        figures = {name: float(value) for name, value in (logs or {}).items()}
        self._history.append(figures)
        self._run.save_checkpoint(self.model, self._history)
