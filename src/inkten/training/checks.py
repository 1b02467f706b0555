"""Checks of data and packs before a training."""

from collections.abc import Sequence

from inkten.datasets.mnist import Mnist
from inkten.datasets.packs import Pack
from inkten.errors import DataError, RunError
from inkten.training.runs import Run, TrainingPlan


def check_usable(plan: TrainingPlan, data: Mnist) -> None:
    """Check that the data and the packs of a plan are of use, before a run starts.

    Raises:
        RunError: the plan has packs, but its recipe trains on MNIST alone.
        DataError: the data's digits cannot be used for synthetic pages.
    """
    if plan.recipe.training_data != "mnist":
        _check_for_pages(data)
    elif plan.packs:
        raise RunError(
            f"the {plan.network} recipe {plan.recipe.name!r} trains on MNIST alone. "
            "Leave the packs out, or train the detector, the cnn or the line reader",
            parameter="packs",
        )


def check_same(run: Run, data: Mnist, packs: Sequence[Pack]) -> None:
    """Check that data and packs are those that the run was started with.

    Raises:
        RunError: they are not.
    """
    plan, name = run.plan, str(run.folder)
    if data.checksum != plan.data_checksum:
        raise RunError(
            f"was started with other data (checksum {plan.data_checksum[:12]}..., "
            f"now {data.checksum[:12]}...). Resume it with the same data",
            name=name,
            parameter="data_dir",
        )
    given = {pack.name: pack.checksum for pack in packs}
    if list(given) != list(plan.packs):
        before, now = (", ".join(names) or "none" for names in (plan.packs, given))
        raise RunError(
            f"was started with other packs: {before} at its start, now {now}. Resume "
            "it with the same packs",
            name=name,
            parameter="packs",
        )
    if changed := [pack for pack in given if given[pack] != plan.packs[pack]]:
        raise RunError(
            f"was started with other files in {', '.join(changed)}. Resume it with the "
            "files of its start, or start a new run",
            name=name,
            parameter="packs",
        )


def _check_for_pages(data: Mnist) -> None:
    """Check that there are digits to write pages with, and others to validate on."""
    blank = int((~data.train_images.any(axis=(1, 2))).sum())
    if blank or not len(data.validation_part):
        raise DataError(
            f"{len(data.train_images):,} training pictures, {blank:,} of them blank; "
            "synthetic pages need 12 or more, each with ink. Leave the blank ones out.",
            parameter="data_dir",
        )
