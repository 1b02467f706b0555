"""Training, from a plan to a finished run folder.

    run = Run.start(Path("runs/mine"), Plan("mlp", FAST, seed=0, ...))
    outcome = train(run, mnist.load())

A run that was stopped goes on the same way, with ``Run.resume``.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from inkten import __version__
from inkten.classification.classifier import Classifier
from inkten.datasets.mnist import Mnist, as_tiles
from inkten.datasets.packs import Pack
from inkten.detection import Detector
from inkten.errors import DataError, RunError
from inkten.evaluation.detection import measure_detector, validation_pages
from inkten.evaluation.measure import measure
from inkten.evaluation.report import worst_mistakes
from inkten.models.card import Card
from inkten.models.registry import DETECTOR, shipped_models
from inkten.synthesis.handwriting import Handwriting
from inkten.training import networks
from inkten.training.backend import keras
from inkten.training.crops import cut_pages
from inkten.training.data import EndlessBatches, PageBatches, TileBatches
from inkten.training.export import (
    Samples,
    export_classifier,
    export_onnx,
    write_card,
)
from inkten.training.fit import OnStep, fit
from inkten.training.outcome import ClassifierOutcome, DetectorOutcome, Outcome
from inkten.training.results import write_results
from inkten.training.runs import History, Run

SAMPLE_BATCHES = 12  # tell how far the numbers between the layers reach


def train(
    run: Run,
    data: Mnist,
    on_step: OnStep | None = None,
    packs: Sequence[Pack] = (),
) -> Outcome:
    """Train a network and fill its run folder.

    With packs, the synthetic pages are written by their hands, too.

    Raises:
        RunError: a resumed run was started on other data.
        DataError: no synthetic pages can be written with the data's digits.
    """
    if data.checksum != run.plan.data_checksum:
        raise RunError(
            f"{run.folder} was started on other data (checksum "
            f"{run.plan.data_checksum[:12]}..., now {data.checksum[:12]}...). Give "
            "the same --data-dir as at its start."
        )
    names = tuple(pack.name for pack in packs)
    if names != tuple(run.plan.packs):
        before, now = (", ".join(some) or "none" for some in (run.plan.packs, names))
        raise RunError(
            f"{run.folder} was started with other packs: {before} at its start, now "
            f"{now}. Give the same packs as at its start."
        )
    if run.plan.recipe.pages:
        _check_for_pages(data)
    keras.utils.set_random_seed(run.plan.seed)
    trainer = TRAINERS[run.plan.network, run.plan.recipe.name]
    outcome = trainer(run, data, on_step, packs)
    run.finish()
    return outcome


def train_mlp(
    run: Run,
    data: Mnist,
    on_step: OnStep | None = None,
    packs: Sequence[Pack] = (),
) -> Outcome:
    """Train the small network on all training pictures."""
    return _train_on_mnist(networks.mlp(), run, data, on_step)


def train_fast_cnn(
    run: Run,
    data: Mnist,
    on_step: OnStep | None = None,
    packs: Sequence[Pack] = (),
) -> Outcome:
    """Train the fast convolutional network on all training pictures."""
    return _train_on_mnist(networks.fast_cnn(), run, data, on_step)


def train_cnn(
    run: Run,
    data: Mnist,
    on_step: OnStep | None = None,
    packs: Sequence[Pack] = (),
) -> Outcome:
    """Train the convolutional network on MNIST and on tiles of synthetic pages.

    It learns from the first eleven twelfths alone: the others make the pages on which
    confidence is fitted.
    """
    recipe, part, seed = run.plan.recipe, data.fit_part, run.plan.seed
    handwriting = Handwriting.of(packs) if packs else None
    tiles = cut_pages(
        part, Detector(threads=1), recipe.pages, seed=seed, handwriting=handwriting
    )
    lessons = TileBatches(
        part, tiles, seed=seed, steps=recipe.steps, batch_size=recipe.batch_size
    )
    network = networks.cnn()
    history = fit(network, lessons, run, on_step)
    told = (
        f"MNIST, the first {len(part):,} training pictures, and {len(tiles):,} "
        f"tiles of synthetic pages made of them{_credits(packs)}, found by the "
        f"detector of SHA-256 {shipped_models()[DETECTOR]}"
    )
    return _finish_classifier(run, network, history, data, told, _samples(lessons))


def train_detector(
    run: Run,
    data: Mnist,
    on_step: OnStep | None = None,
    packs: Sequence[Pack] = (),
) -> Outcome:
    """Train the detector on synthetic pages, and measure it on others.

    Those others are written with the validation digits, which it never learned from.
    """
    recipe, part, seed = run.plan.recipe, data.fit_part, run.plan.seed
    handwriting = Handwriting.of(packs) if packs else None
    lessons = PageBatches(
        part, handwriting, seed=seed, steps=recipe.steps, batch_size=recipe.batch_size
    )
    network = networks.detector()
    history = fit(network, lessons, run, on_step, metrics=())
    network.save(run.partial / "model.keras")
    card = Card(
        task="where the handwritten digits are on a level of a picture, and which",
        input_form="(N, H, W, 1) float32, H and W multiples of 8, local mean and "
        "spread taken away",
        classes="15 channels a cell: heat, offset (2), size (2), 0 to 9",
        training_data=f"synthetic pages made of MNIST's first {len(part):,} "
        f"training pictures{_credits(packs)}",
        figures={},
        recipe=_recipe_name(run),
        version=__version__,
    )
    model = run.partial / "model.onnx"
    export_onnx(network, model, card, _samples(lessons))
    if packs:
        handwriting = Handwriting.of(packs, "validation")
    pages = validation_pages(data.validation_part, recipe.pages, handwriting)
    outcome = DetectorOutcome(
        history[-1]["loss"], measure_detector(Detector(model), pages)
    )
    write_card(model, replace(card, figures=outcome.figures()))
    write_results(run, history, outcome)
    return outcome


Trainer = Callable[[Run, Mnist, OnStep | None, Sequence[Pack]], Outcome]
# By network and recipe: what is learned from is part of how it is learned.
TRAINERS: dict[tuple[str, str], Trainer] = {
    ("mlp", "fast"): train_mlp,
    ("mlp", "original"): train_mlp,
    ("cnn", "standard"): train_cnn,
    ("cnn", "fast"): train_fast_cnn,
    ("detector", "standard"): train_detector,
}


def _train_on_mnist(
    network: keras.Model, run: Run, data: Mnist, on_step: OnStep | None
) -> Outcome:
    """Train a classifier on all training pictures, and on nothing else.

    The choices in a recipe were made on the split, and with them made the last twelfth
    is worth more as lessons. The test pictures are looked at once, at the end.
    """
    history = fit(network, data.train_part, run, on_step)
    lessons = f"MNIST, {len(data.train_part):,} training pictures"
    return _finish_classifier(run, network, history, data, lessons)


def _finish_classifier(
    run: Run,
    network: keras.Model,
    history: History,
    data: Mnist,
    training_data: str,
    samples: Samples = (),
) -> Outcome:
    """Look at the test pictures, once, and write all that a run leaves."""
    network.save(run.partial / "model.keras")
    card = Card(
        task="which handwritten digit is in a tile",
        input_form="(N, 28, 28) float32 in 0..1, ink = 1, as MNIST has it",
        classes="0 1 2 3 4 5 6 7 8 9",
        training_data=training_data,
        figures={},
        recipe=_recipe_name(run),
        version=__version__,
    )
    model = run.partial / "model.onnx"
    export_classifier(network, model, card, samples)
    seen = Classifier(model)(as_tiles(data.test_images))  # (N, 10)
    outcome = ClassifierOutcome(
        train_accuracy=history[-1]["accuracy"],
        train_loss=history[-1]["loss"],
        test=measure(seen, data.test_labels),
        is_original_network=run.plan.network == "mlp",
    )
    write_card(model, replace(card, figures=outcome.figures()))
    mistakes = worst_mistakes(data.test_images, data.test_labels, seen)
    write_results(run, history, outcome, mistakes)
    return outcome


def _check_for_pages(data: Mnist) -> None:
    """Pages are written with every digit, and some digits are held back for others."""
    blank = int((~data.train_images.any(axis=(1, 2))).sum())
    if blank or not len(data.validation_part):
        raise DataError(
            f"{len(data.train_images):,} training pictures, {blank:,} of them blank; "
            "synthetic pages need 12 or more, each with ink. Leave the blank ones out."
        )


def _samples(lessons: EndlessBatches) -> Samples:
    """What a network will be fed, as its lessons have it."""
    return [lessons[number][0] for number in range(SAMPLE_BATCHES)]


def _credits(packs: Sequence[Pack]) -> str:
    """The packs that pages are made of, as a model's card names them."""
    if not packs:
        return ""
    named = [f"{pack.name} ({pack.credit}; {pack.licence})" for pack in packs]
    return f" and of the handwriting packs {', '.join(named)}"


def _recipe_name(run: Run) -> str:
    plan, recipe = run.plan, run.plan.recipe
    return f"{plan.network} {recipe.name}, {recipe.epochs} epochs, seed {plan.seed}"
