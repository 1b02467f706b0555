"""Training, from a plan to a finished run folder.

    run = Run.start(Path("runs/mine"), Plan("mlp", FAST, seed=0, ...))
    outcome = train(run, mnist.load())

A run that was stopped goes on the same way, with ``Run.resume``.
"""

from collections.abc import Callable

from inkten import __version__
from inkten.datasets.mnist import Mnist, as_tiles
from inkten.errors import RunError
from inkten.evaluation.measure import measure
from inkten.evaluation.report import worst_mistakes
from inkten.finder import Finder
from inkten.models.card import Card
from inkten.training import networks
from inkten.training.backend import keras
from inkten.training.classify import as_classifier
from inkten.training.cuttings import cut_pages
from inkten.training.export import export_classifier, export_onnx
from inkten.training.finding import measure_finder, validation_pages
from inkten.training.fit import OnStep, fit
from inkten.training.lessons import PageLessons, TileLessons
from inkten.training.outcome import ClassifierOutcome, FinderOutcome, Outcome
from inkten.training.results import write_results
from inkten.training.runs import History, Run

VALIDATION_PAGES = 1_000


def train(run: Run, data: Mnist, on_step: OnStep | None = None) -> Outcome:
    """Train a network and fill its run folder.

    Raises:
        RunError: a resumed run was started on other data.
    """
    if data.checksum != run.plan.data_checksum:
        raise RunError(
            f"{run.folder} was started on other data (checksum "
            f"{run.plan.data_checksum[:12]}..., now {data.checksum[:12]}...). Give "
            "the same --data-dir as at its start."
        )
    keras.utils.set_random_seed(run.plan.seed)
    outcome = TRAINERS[run.plan.network](run, data, on_step)
    run.finish()
    return outcome


def train_mlp(run: Run, data: Mnist, on_step: OnStep | None = None) -> Outcome:
    """Train the small network on all training pictures.

    The choices in a recipe were made on the split, and with them made the last twelfth
    is worth more as lessons. The test pictures are looked at once, at the end.
    """
    network = networks.mlp()
    history = fit(network, data.train_part, run, on_step)
    return _finish_classifier(run, network, history, data)


def train_cnn(run: Run, data: Mnist, on_step: OnStep | None = None) -> Outcome:
    """Train the convolutional network on MNIST and on tiles of synthetic pages.

    It learns from the first eleven twelfths alone: the others made the pages on which
    confidence is fitted.
    """
    recipe, seed = run.plan.recipe, run.plan.seed
    cuttings = cut_pages(data.fit_part, Finder(threads=1), recipe.pages or 1, seed=seed)
    lessons = TileLessons(
        data.fit_part,
        cuttings,
        seed=seed,
        steps=recipe.steps or 1,
        batch_size=recipe.batch_size,
    )
    network = networks.cnn()
    history = fit(network, lessons, run, on_step)
    return _finish_classifier(run, network, history, data)


def train_finder(run: Run, data: Mnist, on_step: OnStep | None = None) -> Outcome:
    """Train the finder on synthetic pages, and measure it on others.

    Those others are written with the validation digits, which it never learned from.
    """
    recipe = run.plan.recipe
    lessons = PageLessons(
        data.fit_part,
        seed=run.plan.seed,
        steps=recipe.steps or 1,
        batch_size=recipe.batch_size,
    )
    network = networks.finder()
    history = fit(network, lessons, run, on_step, metrics=())
    network.save(run.partial / "model.keras")
    draft = run.partial / "model.onnx"
    export_onnx(network, draft, _finder_card(run, data, {}))
    pages = validation_pages(data.validation_part, VALIDATION_PAGES)
    outcome = FinderOutcome(history[-1]["loss"], measure_finder(Finder(draft), pages))
    export_onnx(network, draft, _finder_card(run, data, outcome.figures()))
    write_results(run, history, outcome)
    return outcome


Trainer = Callable[[Run, Mnist, OnStep | None], Outcome]
TRAINERS: dict[str, Trainer] = {
    "mlp": train_mlp,
    "cnn": train_cnn,
    "finder": train_finder,
}


def _finish_classifier(
    run: Run, network: keras.Model, history: History, data: Mnist
) -> Outcome:
    """Look at the test pictures, once, and write all that a run leaves."""
    seen = as_classifier(network)(as_tiles(data.test_images))  # (N, 10)
    outcome = ClassifierOutcome(
        train_accuracy=history[-1]["accuracy"],
        train_loss=history[-1]["loss"],
        test=measure(seen, data.test_labels),
    )
    network.save(run.partial / "model.keras")
    card = _card(
        run,
        data,
        task="which handwritten digit is in a tile",
        input_form="(N, 28, 28) float32 in 0..1, ink = 1, as MNIST has it",
        figures=outcome.figures(),
    )
    export_classifier(network, run.partial / "model.onnx", card)
    mistakes = worst_mistakes(data.test_images, data.test_labels, seen)
    write_results(run, history, outcome, mistakes)
    return outcome


def _finder_card(run: Run, data: Mnist, figures: dict[str, float]) -> Card:
    return _card(
        run,
        data,
        task="where the handwritten digits are on a level of a picture",
        input_form="(N, H, W, 1) float32, H and W multiples of 8, local mean and "
        "spread taken away",
        figures=figures,
    )


def _card(
    run: Run, data: Mnist, *, task: str, input_form: str, figures: dict[str, float]
) -> Card:
    return Card(
        task=task,
        input_form=input_form,
        classes="0 1 2 3 4 5 6 7 8 9",
        training_data=f"MNIST, {len(data.train_images):,} training pictures",
        figures=figures,
        recipe=f"{run.plan.network} {run.plan.recipe.name}, seed {run.plan.seed}",
        version=__version__,
    )
