"""A training run on disk: a folder that appears complete or not at all.

An unfinished run lies in a hidden folder beside its final place, ``.NAME.partial``,
which is renamed at the end. A run that was stopped, by Ctrl-C or by a kill, resumes
after its last complete epoch.
"""

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from platform import platform
from typing import Any

from inkten.errors import InktenError, RunError
from inkten.files import write_whole
from inkten.locks import exclusive_lock
from inkten.training.backend import keras
from inkten.training.recipes import Recipe
from inkten.versions import command, versions

CONFIG = "config.json"
PROGRESS = "progress.json"  # only while the run is unfinished
History = list[dict[str, float]]  # a row per epoch: {"loss": ..., "accuracy": ...}


@dataclass(frozen=True)
class TrainingPlan:
    """What is trained, how and on what: enough to resume a stopped run.

    Attributes:
        network: "mlp", "cnn", "detector" or "line".
        recipe: how it is trained.
        seed: of all random choices.
        data_checksum: of MNIST, or of the digits used instead.
        packs: the checksum of each handwriting pack, by its name.
        start_from: the model whose weights the training starts from; empty: none.
        own_digits: the folders and label files of a user's digits, among the data.
        only_own: whether MNIST is left out.
    """

    network: str
    recipe: Recipe
    seed: int
    data_checksum: str
    packs: Mapping[str, str] = field(default_factory=dict)
    start_from: str = ""
    own_digits: tuple[str, ...] = ()
    only_own: bool = False


@dataclass(frozen=True)
class Run:
    """A run that works in the folder ``partial`` and ends up in ``folder``."""

    folder: Path
    plan: TrainingPlan

    @classmethod
    def start(cls, folder: Path, plan: TrainingPlan) -> "Run":
        """Reserve the folder of a new run.

        Raises:
            RunError: there is already a run, finished or not, or the folder cannot be
                created.
        """
        run = cls(folder, plan)
        if folder.exists():
            raise RunError(
                "already exists, and runs are never overwritten. Choose another folder",
                name=str(folder),
                parameter="out",
            )
        try:
            run.partial.mkdir(parents=True)
        except FileExistsError as error:
            raise RunError(
                f"there is an unfinished run. Resume it, or delete {run.partial}",
                name=str(folder),
                parameter="resume",
            ) from error
        except OSError as error:
            raise RunError(
                f"cannot be created ({error.strerror}). Choose a folder that may be "
                "written to",
                name=str(folder),
                parameter="out",
            ) from error
        try:
            write_whole(run.partial / CONFIG, json.dumps(_config(plan), indent=2))
        except InktenError:
            run.partial.rmdir()  # it would look like a run that was stopped
            raise
        return run

    @classmethod
    def resume(cls, folder: Path, network: str) -> "Run":
        """Open a stopped run of a network.

        Raises:
            RunError: there is no run, it is finished, it trains another network, its
                files are damaged, or another version of inkten wrote them.
        """
        name, partial = str(folder), _partial(folder)
        if folder.exists():
            raise RunError("is finished: there is nothing to resume", name=name)
        if not partial.exists():
            raise RunError(
                "has no unfinished run. Start a new one, or name the folder that the "
                "stopped run was started with",
                name=name,
                parameter="resume",
            )
        plan = _read_plan(partial)
        if plan.network != network:
            raise RunError(
                f"trains the {plan.network}, not the {network}. Resume it with 'inkten "
                f"train {plan.network}'",
                name=name,
                parameter="resume",
            )
        return cls(folder, plan)

    @property
    def partial(self) -> Path:
        """The hidden folder that holds the run until it is finished."""
        return _partial(self.folder)

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Keep every other process out of the run inside the ``with`` block.

        Raises:
            RunError: another process is writing to the run, or has just finished it.
        """
        self._check_unfinished()
        with exclusive_lock(self.partial, create=False, parameter="resume"):
            self._check_unfinished()  # another process may just have finished it
            yield

    def _check_unfinished(self) -> None:
        if not (self.partial / CONFIG).is_file():
            raise RunError(
                "has been finished or deleted in the meantime", name=str(self.folder)
            )

    def discard_unless_progress(self) -> None:
        """Delete the working folder of a run that failed before its first epoch ended.

        It would look like a stopped run that could be resumed.
        """
        if not (self.partial / PROGRESS).exists():
            shutil.rmtree(self.partial, ignore_errors=True)

    def save_checkpoint(self, network: keras.Model, history: History) -> None:
        """Save the state after an epoch: weights, optimizer and figures.

        The progress file names the weights that belong to it and is replaced in one
        step, so a complete state is on disk at any moment.

        Raises:
            RunError: it cannot be written, for example because the disk is full.
        """
        weights = f"epoch-{len(history)}.weights.h5"
        try:
            network.save_weights(self.partial / weights)
        except OSError as error:
            reason = os.strerror(error.errno) if error.errno else str(error)
            raise RunError(
                f"cannot be written ({reason}). Free some space, then resume the run",
                name=str(self.partial / weights),
                parameter="resume",
            ) from error
        progress = {"weights": weights, "history": history}
        write_whole(self.partial / PROGRESS, json.dumps(progress))
        for older in self.partial.glob("*.weights.h5"):
            if older.name != weights:
                older.unlink()

    def load_checkpoint(self, network: keras.Model) -> History:
        """Load the last saved state into a network.

        Returns:
            The epochs so far; empty if no state was saved yet.

        Raises:
            RunError: the state is damaged.
        """
        if not (self.partial / PROGRESS).is_file():
            return []
        try:
            progress = json.loads((self.partial / PROGRESS).read_bytes())
            network.optimizer.build(network.trainable_variables)
            network.load_weights(self.partial / progress["weights"])
        except (OSError, ValueError, KeyError) as error:
            raise RunError(
                f"is damaged ({error}); expected the state after the last epoch. "
                "Delete it and start again",
                name=str(self.partial),
            ) from error
        history: History = progress["history"]
        return history

    def finish(self) -> None:
        """Move the run to its final folder, then delete the working files.

        In this order, a kill in between leaves a complete run.

        Raises:
            RunError: the final folder was created by someone else in the meantime.
        """
        try:
            self.partial.rename(self.folder)
        except OSError as error:
            raise RunError(
                f"was created meanwhile ({error.strerror}). The finished run is in "
                f"{self.partial}: move it to where you want it",
                name=str(self.folder),
            ) from error
        for path in (*self.folder.glob("*.weights.h5"), self.folder / PROGRESS):
            path.unlink(missing_ok=True)


def _partial(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.partial")


def _read_plan(partial: Path) -> TrainingPlan:
    path = partial / CONFIG
    if not path.is_file():
        raise RunError(
            "was stopped before its first step. Delete it and start again",
            name=str(partial),
        )
    try:
        config = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise RunError(
            f"is damaged ({error}). Delete {partial} and start again", name=str(path)
        ) from error
    try:
        return TrainingPlan(
            network=config["network"],
            recipe=Recipe(**config["recipe"]),
            seed=config["seed"],
            data_checksum=config["data_checksum"],
            packs={**config["packs"]},
            start_from=config["start_from"],
            own_digits=tuple(config["own_digits"]),
            only_own=config["only_own"],
        )
    except (KeyError, TypeError) as error:  # fields come and go between versions
        raise RunError(
            "was started by another version of inkten and cannot be resumed. Delete it "
            "and start again",
            name=str(partial),
        ) from error


def _config(plan: TrainingPlan) -> dict[str, Any]:
    return {
        **asdict(plan),
        "command": command(),
        "backend": keras.backend.backend(),
        "platform": platform(),
        "versions": versions(),
    }
