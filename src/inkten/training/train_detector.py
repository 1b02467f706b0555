"""Train the detector on synthetic pages, and measure it on others."""

from collections.abc import Sequence
from dataclasses import replace

from inkten import __version__
from inkten.datasets.mnist import Mnist
from inkten.datasets.packs import Pack
from inkten.detection import Detector
from inkten.evaluation.detection import measure_detector, validation_pages
from inkten.models.card import Card
from inkten.synthesis.handwriting import Handwriting
from inkten.training.data import PageBatches
from inkten.training.export import export_onnx, write_card
from inkten.training.fit import OnStep, fit
from inkten.training.outcome import DetectorOutcome, Outcome
from inkten.training.parts import (
    credits_of,
    network_of,
    parameters_of,
    recipe_text,
    samples_of,
)
from inkten.training.results import write_results
from inkten.training.runs import Run

VALIDATION_PAGES = 128  # for the curve: enough for its second digit


def train_on_pages(
    run: Run, data: Mnist, on_step: OnStep | None = None, packs: Sequence[Pack] = ()
) -> Outcome:
    """Train a detector on synthetic pages, and measure it on others.

    The others are written with the validation digits, which it was not trained on.
    """
    recipe, part, seed = run.plan.recipe, data.fit_part, run.plan.seed
    handwriting = Handwriting.of(packs) if packs else None
    # Read now, so that a damaged pack is refused before the training
    unseen = Handwriting.of(packs, "validation") if packs else None
    batches = PageBatches(
        part, handwriting, seed=seed, steps=recipe.steps, batch_size=recipe.batch_size
    )
    network = network_of(run)
    held_back = PageBatches(
        data.validation_part,
        unseen,
        seed=seed + 1,
        steps=1,
        batch_size=min(VALIDATION_PAGES, recipe.pages),
    )
    history = fit(network, batches, run, on_step, metrics=(), validation=held_back[0])
    network.save(run.partial / "model.keras")
    card = Card(
        task="where handwritten digits are on one level of an image pyramid, and which",
        input_form="(N, H, W, 1) float32, H and W multiples of 8, local contrast "
        "normalized",
        classes="15 channels a cell: heat, offset (2), size (2), 0 to 9",
        training_data=f"synthetic pages made with the first {len(part):,} "
        f"training pictures of {data.name}{credits_of(packs)}",
        figures={},
        recipe=recipe_text(run),
        version=__version__,
        parameters=parameters_of(network),
    )
    model = run.partial / "model.onnx"
    export_onnx(network, model, card, samples_of(batches))
    pages = validation_pages(data.validation_part, recipe.pages, unseen)
    found = measure_detector(Detector(model), pages)
    outcome = DetectorOutcome(history[-1]["loss"], found)
    write_card(model, replace(card, figures=outcome.figures()))
    write_results(run, history, outcome, network)
    return outcome
