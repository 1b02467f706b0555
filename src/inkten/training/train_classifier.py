"""Train a classifier: on MNIST alone, or also on tiles of synthetic pages."""

from collections.abc import Sequence
from dataclasses import replace

from inkten import __version__
from inkten.classification.classifier import Classifier
from inkten.datasets.mnist import Mnist, as_tiles
from inkten.datasets.packs import Pack
from inkten.detection import Detector
from inkten.evaluation.measure import measure
from inkten.evaluation.report import worst_mistakes
from inkten.evaluation.signs import measure_signs, written_pages
from inkten.models.card import Card
from inkten.models.registry import DETECTOR, shipped_models
from inkten.reader import Reader
from inkten.synthesis.handwriting import Handwriting
from inkten.synthesis.page import Page
from inkten.training.backend import keras
from inkten.training.crops import cut_pages
from inkten.training.data import TileBatches
from inkten.training.export import (
    Samples,
    export_classifier,
    takes_and_gives,
    write_card,
)
from inkten.training.fit import OnStep, fit
from inkten.training.keras_classifier import names_signs, rejects
from inkten.training.outcome import ClassifierOutcome, Outcome
from inkten.training.parts import (
    credits_of,
    network_of,
    parameters_of,
    recipe_text,
    samples_of,
)
from inkten.training.recipes import ORIGINAL
from inkten.training.results import write_results
from inkten.training.runs import History, Run

PAGES_PER_NUMBER = 40  # pages to learn from for each number to measure on


def train_on_mnist(run: Run, data: Mnist, on_step: OnStep | None = None) -> Outcome:
    """Train a classifier on MNIST's training pictures, and on nothing else.

    Unless the recipe uses all of them, the last twelfth is held back, to draw the
    validation curve. The test pictures are used once, at the end.
    """
    recipe = run.plan.recipe
    network = network_of(run)
    part = data.fit_part if recipe.holds_back else data.train_part
    validation = data.validation_part if len(part) < len(data.train_part) else None
    history = fit(network, part, run, on_step, validation=validation)
    training_data = f"{data.name}, {len(part):,} training pictures"
    return _finish_classifier(run, network, history, data, training_data)


def train_on_tiles(
    run: Run, data: Mnist, on_step: OnStep | None = None, packs: Sequence[Pack] = ()
) -> Outcome:
    """Train a classifier on MNIST and on tiles of synthetic pages.

    Only the first eleven twelfths are used: calibration makes pages of the others.
    """
    recipe, part, seed = run.plan.recipe, data.fit_part, run.plan.seed
    handwriting = Handwriting.of(packs) if packs else None
    # Read now, so that a damaged pack is refused before the training
    unseen = Handwriting.of(packs, "validation") if packs else None
    tiles = cut_pages(
        part, Detector(threads=1), recipe.pages, seed=seed, handwriting=handwriting
    )
    batches = TileBatches(
        part, tiles, seed=seed, steps=recipe.steps, batch_size=recipe.batch_size
    )
    network = network_of(run)
    history = fit(network, batches, run, on_step, validation=data.validation_part)
    training_data = (
        f"{data.name}, the first {len(part):,} training pictures, and {len(tiles):,} "
        f"tiles of synthetic pages made with them{credits_of(packs)}, detected by the "
        f"detector of SHA-256 {shipped_models()[DETECTOR]}"
    )
    count = max(1, recipe.pages // PAGES_PER_NUMBER)
    numbers = written_pages(data.validation_part, count, unseen)
    return _finish_classifier(
        run, network, history, data, training_data, samples_of(batches), numbers
    )


def _finish_classifier(
    run: Run,
    network: keras.Model,
    history: History,
    data: Mnist,
    training_data: str,
    samples: Samples = (),
    numbers: Sequence[Page] = (),
) -> Outcome:
    """Measure the classifier on the test pictures, once, and write the run's files.

    One that names signs is also measured on pages of ``numbers``.
    """
    network.save(run.partial / "model.keras")
    card = Card(
        **takes_and_gives(signs=names_signs(network)),
        training_data=training_data,
        figures={},
        recipe=recipe_text(run),
        version=__version__,
        rejects=rejects(network),
        parameters=parameters_of(network),
    )
    model = run.partial / "model.onnx"
    export_classifier(network, model, card, samples)
    probabilities = Classifier(model)(as_tiles(data.test_images))  # (N, 10)
    outcome = ClassifierOutcome(
        train_accuracy=history[-1]["accuracy"],
        train_loss=history[-1]["loss"],
        test=measure(probabilities, data.test_labels),
        is_original=run.plan.recipe.name == ORIGINAL.name,
        validation_accuracy=history[-1].get("val_accuracy"),
        written=measure_signs(Reader(str(model)), numbers).texts.exact
        if numbers
        else None,
    )
    write_card(model, replace(card, figures=outcome.figures()))
    mistakes = worst_mistakes(data.test_images, data.test_labels, probabilities)
    write_results(run, history, outcome, network, mistakes)
    return outcome
