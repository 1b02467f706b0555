"""Training, from a plan to a finished run folder.

    plan = TrainingPlan("mlp", find_recipe("mlp"), seed=0, data_checksum=data.checksum)
    outcome = train(Run.start(Path("runs/mine"), plan), data)

A stopped run continues the same way, with ``Run.resume``.
"""

from collections.abc import Sequence

from threadpoolctl import threadpool_limits

from inkten.datasets.mnist import Mnist
from inkten.datasets.packs import Pack
from inkten.errors import DataError
from inkten.training.backend import keras
from inkten.training.checks import check_same, check_usable
from inkten.training.fit import OnStep
from inkten.training.outcome import Outcome
from inkten.training.runs import Run
from inkten.training.train_classifier import train_on_mnist, train_on_tiles
from inkten.training.train_detector import train_on_pages
from inkten.training.train_line import train_on_strips


def train(
    run: Run,
    data: Mnist,
    on_step: OnStep | None = None,
    packs: Sequence[Pack] = (),
) -> Outcome:
    """Train a network and fill its run folder.

    Args:
        run: the run folder and the plan.
        data: MNIST, or digits in its format.
        on_step: called after every step, to show progress.
        packs: handwriting that synthetic pages are also written with.

    Raises:
        RunError: a resumed run was started with other data or other packs, another
            process works on the run, or the network is not trained on synthetic
            pages, so that packs have no use.
        DataError: the data's digits cannot be used for synthetic pages, or a file of
            a pack is damaged.
    """
    # Pages and batches are made by threads of our own; those of BLAS would only wait
    # for one another, which takes as long again as the work.
    with run.exclusive(), threadpool_limits(1, user_api="blas"):
        check_same(run, data, packs)
        try:
            check_usable(run.plan, data)
            keras.utils.set_random_seed(run.plan.seed)
            outcome = _train(run, data, on_step, packs)
        except DataError:  # it would fail again: there is nothing to resume
            run.discard_unless_progress()
            raise
        run.finish()
    return outcome


def _train(
    run: Run, data: Mnist, on_step: OnStep | None, packs: Sequence[Pack]
) -> Outcome:
    match run.plan.recipe.training_data:
        case "mnist":
            return train_on_mnist(run, data, on_step)
        case "tiles":
            return train_on_tiles(run, data, on_step, packs)
        case "pages":
            return train_on_pages(run, data, on_step, packs)
        case "strips":
            return train_on_strips(run, data, on_step, packs)
