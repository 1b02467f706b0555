"""Train the line reader on strips, and measure it on those of other writers."""

from collections.abc import Sequence
from dataclasses import replace

from inkten import __version__
from inkten.classification.classes import SIGNS
from inkten.datasets.mnist import Mnist
from inkten.datasets.packs import Pack
from inkten.detection import Detector
from inkten.evaluation.detection import VALIDATION_SEED
from inkten.evaluation.lines import measure_lines
from inkten.models.card import Card
from inkten.models.registry import DETECTOR, shipped_models
from inkten.recognition.line_reader import LineReader
from inkten.synthesis.handwriting import Handwriting
from inkten.training.export import export_onnx, write_card
from inkten.training.fit import OnStep, fit
from inkten.training.outcome import LineOutcome, Outcome
from inkten.training.parts import (
    credits_of,
    network_of,
    parameters_of,
    recipe_text,
    samples_of,
)
from inkten.training.results import write_results
from inkten.training.runs import Run
from inkten.training.strip_batches import StripBatches
from inkten.training.strips import cut_line_pages, cut_numbers
from inkten.training.warm_start import thaw

NUMBER_COPIES = 4  # strips of each picture of a number, each cut a little differently
UNSEEN_SHARE = 12  # measured on so many times fewer pages than it learns from


def train_on_strips(
    run: Run, data: Mnist, on_step: OnStep | None = None, packs: Sequence[Pack] = ()
) -> Outcome:
    """Train a line reader on strips of synthetic pages and on pictures of numbers.

    It is measured on strips of other writers and other pages.
    """
    recipe, part, seed = run.plan.recipe, data.fit_part, run.plan.seed
    network = network_of(run)
    handwriting = Handwriting.of(packs) if packs else None
    unseen = Handwriting.of(packs, "validation") if packs else None
    detector = Detector(threads=1)
    strips = cut_line_pages(part, recipe.pages, seed=seed, handwriting=handwriting)
    numbers = cut_numbers(packs, "train", detector, seed=seed, copies=NUMBER_COPIES)
    batches = StripBatches(
        strips, numbers, seed=seed, steps=recipe.steps, batch_size=recipe.batch_size
    )
    if run.plan.start_from:
        thaw(network, batches[0][0])
    history = fit(network, batches, run, on_step, metrics=())
    network.save(run.partial / "model.keras")
    training_data = (
        f"{len(strips):,} lines of synthetic pages made with the first {len(part):,} "
        f"training pictures of {data.name}{credits_of(packs)}"
    )
    if len(numbers):
        training_data += (
            "; of these packs also the pictures of numbers, with lines found by the "
            f"detector of SHA-256 {shipped_models()[DETECTOR]}"
        )
    card = Card(
        task="which digits stand on a line of handwriting, from left to right, and "
        "which signs beside them",
        input_form="(N, 32, W, 1) float32, W a multiple of 4: lines cut straight, "
        "paper 0, ink positive",
        classes="24 logits every 4 px: 0 to 9, blank, and the signs " + " ".join(SIGNS),
        training_data=training_data,
        figures={},
        recipe=recipe_text(run),
        version=__version__,
        parameters=parameters_of(network),
    )
    model = run.partial / "model.onnx"
    export_onnx(network, model, card, samples_of(batches))
    read = LineReader(model).read
    count = max(recipe.pages // UNSEEN_SHARE, 1)
    others = cut_line_pages(
        data.validation_part, count, seed=VALIDATION_SEED, handwriting=unseen
    )
    pictures = cut_numbers(packs, "validation", detector, seed=VALIDATION_SEED)
    outcome = LineOutcome(
        history[-1]["loss"],
        measure_lines(read, others.strips, others.texts),
        measure_lines(read, pictures.strips, pictures.texts) if len(pictures) else None,
    )
    write_card(model, replace(card, figures=outcome.figures()))
    write_results(run, history, outcome, network)
    return outcome
