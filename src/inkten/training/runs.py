"""A training run on disk: a folder that appears whole, or not at all.

While it is under way, everything lies in a hidden folder beside its place:
``.NAME.partial``. At the end that folder is renamed. A run that was stopped, by Ctrl-C
or by a kill, goes on from its last whole epoch.
"""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from platform import platform
from typing import Any

from inkten.errors import InktenError, RunError
from inkten.files import write_whole
from inkten.training.backend import keras
from inkten.training.recipes import Recipe
from inkten.versions import command, versions

CONFIG = "config.json"
PROGRESS = "progress.json"  # while the run is under way
History = list[dict[str, float]]  # a row per epoch: {"loss": ..., "accuracy": ...}


@dataclass(frozen=True)
class Plan:
    """What is to be trained, and on what: enough to go on with a stopped run."""

    network: str
    recipe: Recipe
    seed: int
    data_checksum: str
    packs: tuple[str, ...] = ()  # names of the handwriting packs


@dataclass(frozen=True)
class Run:
    """A run that is under way in `partial` and will be found in `folder`."""

    folder: Path
    plan: Plan

    @classmethod
    def start(cls, folder: Path, plan: Plan) -> "Run":
        """Claim the place of a new run.

        Raises:
            RunError: a run, finished or not, is there already.
        """
        run = cls(folder, plan)
        if folder.exists():
            raise RunError(
                f"{folder} is there already, and runs are never overwritten. Give "
                "another folder with --out."
            )
        try:
            run.partial.mkdir(parents=True)
        except FileExistsError as error:
            raise RunError(
                f"{folder} has an unfinished run. Go on with --resume {folder}, or "
                f"delete {run.partial}."
            ) from error
        except OSError as error:
            raise RunError(
                f"{folder} cannot be made ({error.strerror}). Give a folder that may "
                "be written to with --out."
            ) from error
        try:
            write_whole(run.partial / CONFIG, json.dumps(_config(plan), indent=2))
        except InktenError:
            run.partial.rmdir()  # it would pass for a run that was stopped
            raise
        return run

    @classmethod
    def resume(cls, folder: Path, network: str) -> "Run":
        """Find a run of a network that was stopped.

        Raises:
            RunError: there is none, it is finished, it trains another network, or
                its files are damaged.
        """
        if folder.exists():
            raise RunError(f"{folder} is finished: there is nothing to resume.")
        if not _hidden(folder).exists():
            raise RunError(
                f"{folder} has no unfinished run. Start one without --resume."
            )
        config = _hidden(folder) / CONFIG
        if not config.is_file():
            raise RunError(
                f"{folder} was stopped before it began. Delete {_hidden(folder)} and "
                "start again."
            )
        try:
            told = json.loads(config.read_bytes())
            plan = Plan(
                network=told["network"],
                recipe=Recipe(**told["recipe"]),
                seed=told["seed"],
                data_checksum=told["data_checksum"],
                packs=tuple(told.get("packs", ())),
            )
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise RunError(
                f"{config} is damaged ({error}); expected what 'inkten train' wrote. "
                f"Delete {_hidden(folder)} and start again."
            ) from error
        if plan.network != network:
            raise RunError(
                f"{folder} trains the {plan.network}, not the {network}. Go on with: "
                f"inkten train {plan.network} --resume {folder}"
            )
        return cls(folder, plan)

    @property
    def partial(self) -> Path:
        """The hidden folder that holds the run until it is finished."""
        return _hidden(self.folder)

    def keep(self, network: keras.Model, history: History) -> None:
        """Keep the state after a whole epoch: weights, optimizer and figures.

        The progress file names the weights that go with it, and is replaced in one
        step: whatever happens meanwhile, one whole state is on disk.

        Raises:
            RunError: it cannot be written, as where the disk is full.
        """
        weights = f"epoch-{len(history)}.weights.h5"
        try:
            network.save_weights(self.partial / weights)
        except OSError as error:
            reason = os.strerror(error.errno) if error.errno else str(error)
            raise RunError(
                f"{self.partial / weights} cannot be written ({reason}). Make room, "
                f"then go on with --resume {self.folder}."
            ) from error
        progress = {"weights": weights, "history": history}
        write_whole(self._progress, json.dumps(progress))
        for older in self.partial.glob("*.weights.h5"):
            if older.name != weights:
                older.unlink()

    def restore(self, network: keras.Model) -> History:
        """Bring a network to the last state kept; an empty history: none was."""
        if not self._progress.is_file():
            return []
        try:
            progress = json.loads(self._progress.read_bytes())
            network.optimizer.build(network.trainable_variables)
            network.load_weights(self.partial / progress["weights"])
        except (OSError, ValueError, KeyError) as error:
            raise RunError(
                f"{self.partial} is damaged ({error}); expected the state of the last "
                "epoch. Delete it and start again."
            ) from error
        history: History = progress["history"]
        return history

    def finish(self) -> None:
        """Put the run in its place, then take the working files out.

        In this order: killed in between, the run is whole.
        """
        try:
            self.partial.rename(self.folder)
        except OSError as error:
            raise RunError(
                f"{self.folder} has been taken meanwhile ({error.strerror}). The run "
                f"is whole in {self.partial}: move it where you like."
            ) from error
        for kept in (*self.folder.glob("*.weights.h5"), self.folder / PROGRESS):
            kept.unlink(missing_ok=True)

    @property
    def _progress(self) -> Path:
        return self.partial / PROGRESS


def _hidden(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.partial")


def _config(plan: Plan) -> dict[str, Any]:
    return {
        **asdict(plan),
        "command": command(),
        "backend": keras.backend.backend(),
        "platform": platform(),
        "versions": versions(),
    }
