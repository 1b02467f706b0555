"""Training, from a plan to a finished run folder.

    plan = TrainingPlan("mlp", find_recipe("mlp"), seed=0, data_checksum=data.checksum)
    outcome = train(Run.start(Path("runs/mine"), plan), data)

A stopped run continues the same way, with ``Run.resume``.
"""

from collections.abc import Sequence
from dataclasses import replace
from math import prod

from threadpoolctl import threadpool_limits

from inkten import __version__
from inkten.classification.classifier import Classifier
from inkten.datasets.mnist import Mnist, as_tiles
from inkten.datasets.packs import Pack
from inkten.detection import Detector
from inkten.errors import DataError
from inkten.evaluation.detection import (
    VALIDATION_SEED,
    measure_detector,
    validation_pages,
)
from inkten.evaluation.lines import measure_lines
from inkten.evaluation.measure import measure
from inkten.evaluation.report import worst_mistakes
from inkten.evaluation.signs import measure_signs, written_pages
from inkten.models.card import Card
from inkten.models.registry import DETECTOR, shipped_models
from inkten.reader import Reader
from inkten.recognition.line_reader import LineReader
from inkten.synthesis.handwriting import Handwriting
from inkten.synthesis.page import Page
from inkten.training.backend import keras
from inkten.training.checks import check_same, check_usable
from inkten.training.crops import cut_pages
from inkten.training.data import EndlessBatches, PageBatches, TileBatches
from inkten.training.export import (
    Samples,
    export_classifier,
    export_onnx,
    takes_and_gives,
    write_card,
)
from inkten.training.fit import OnStep, fit
from inkten.training.keras_classifier import names_signs, rejects
from inkten.training.networks import ARCHITECTURES
from inkten.training.outcome import (
    ClassifierOutcome,
    DetectorOutcome,
    LineOutcome,
    Outcome,
)
from inkten.training.recipes import ORIGINAL
from inkten.training.results import write_results
from inkten.training.runs import History, Run
from inkten.training.strip_batches import StripBatches
from inkten.training.strips import cut_line_pages, cut_numbers
from inkten.training.warm_start import load_weights

VALIDATION_PAGES = 128  # for the curve: enough for its second digit
PAGES_PER_NUMBER = 40  # pages to learn from for each number to measure on
SAMPLE_BATCHES = 12  # enough to find the range of the activations
NUMBER_COPIES = 2  # strips of each picture of a number, each cut a little differently
UNSEEN_SHARE = (
    12  # a line reader is measured on so much fewer pages than it learns from
)


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


def train_on_mnist(run: Run, data: Mnist, on_step: OnStep | None = None) -> Outcome:
    """Train a classifier on MNIST's training pictures, and on nothing else.

    Unless the recipe uses all of them, the last twelfth is held back, to draw the
    validation curve. The test pictures are used once, at the end.
    """
    recipe = run.plan.recipe
    network = _network(run)
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
    network = _network(run)
    history = fit(network, batches, run, on_step, validation=data.validation_part)
    training_data = (
        f"{data.name}, the first {len(part):,} training pictures, and {len(tiles):,} "
        f"tiles of synthetic pages made with them{_credits(packs)}, detected by the "
        f"detector of SHA-256 {shipped_models()[DETECTOR]}"
    )
    count = max(1, recipe.pages // PAGES_PER_NUMBER)
    numbers = written_pages(data.validation_part, count, unseen)
    return _finish_classifier(
        run, network, history, data, training_data, _samples(batches), numbers
    )


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
    network = _network(run)
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
        f"training pictures of {data.name}{_credits(packs)}",
        figures={},
        recipe=_recipe_text(run),
        version=__version__,
        parameters=_parameters(network),
    )
    model = run.partial / "model.onnx"
    export_onnx(network, model, card, _samples(batches))
    pages = validation_pages(data.validation_part, recipe.pages, unseen)
    found = measure_detector(Detector(model), pages)
    outcome = DetectorOutcome(history[-1]["loss"], found)
    write_card(model, replace(card, figures=outcome.figures()))
    write_results(run, history, outcome, network)
    return outcome


def _network(run: Run) -> keras.Model:
    """The recipe's network, new or with the weights that the run starts from."""
    network = ARCHITECTURES[run.plan.recipe.architecture]()
    if run.plan.start_from:
        load_weights(network, run.plan.start_from)
    return network


def train_on_strips(
    run: Run, data: Mnist, on_step: OnStep | None = None, packs: Sequence[Pack] = ()
) -> Outcome:
    """Train a line reader on strips of synthetic pages and on pictures of numbers.

    It is measured on strips of other writers and other pages.
    """
    recipe, part, seed = run.plan.recipe, data.fit_part, run.plan.seed
    handwriting = Handwriting.of(packs) if packs else None
    unseen = Handwriting.of(packs, "validation") if packs else None
    detector = Detector(threads=1)
    strips = cut_line_pages(part, recipe.pages, seed=seed, handwriting=handwriting)
    numbers = cut_numbers(packs, "train", detector, seed=seed, copies=NUMBER_COPIES)
    batches = StripBatches(
        strips, numbers, seed=seed, steps=recipe.steps, batch_size=recipe.batch_size
    )
    network = _network(run)
    history = fit(network, batches, run, on_step, metrics=())
    network.save(run.partial / "model.keras")
    training_data = (
        f"{len(strips):,} lines of synthetic pages made with the first {len(part):,} "
        f"training pictures of {data.name}{_credits(packs)}"
    )
    if len(numbers):
        training_data += (
            "; of these packs also the pictures of numbers, with lines found by the "
            f"detector of SHA-256 {shipped_models()[DETECTOR]}"
        )
    card = Card(
        task="which digits stand on a line of handwriting, from left to right",
        input_form="(N, 32, W, 1) float32, W a multiple of 4: lines cut straight, "
        "paper 0, ink positive",
        classes="11 logits every 4 px: 0 to 9, and blank",
        training_data=training_data,
        figures={},
        recipe=_recipe_text(run),
        version=__version__,
        parameters=_parameters(network),
    )
    model = run.partial / "model.onnx"
    export_onnx(network, model, card, _samples(batches))
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
        recipe=_recipe_text(run),
        version=__version__,
        rejects=rejects(network),
        parameters=_parameters(network),
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


def _credits(packs: Sequence[Pack]) -> str:
    """The packs that pages are made of, as a model's card names them."""
    if not packs:
        return ""
    named = [f"{pack.name} ({pack.credit}; {pack.licence})" for pack in packs]
    return f" and with the handwriting packs {', '.join(named)}"


def _samples(batches: EndlessBatches) -> Samples:
    """Inputs of the batches that would follow the last epoch."""
    return [batches[number][0] for number in range(SAMPLE_BATCHES)]


def _parameters(network: keras.Model) -> int:
    """The number of trainable parameters, as ``network.summary()`` counts them.

    An ONNX file holds fewer numbers: batch normalization is folded into the layers.
    """
    return sum(prod(weight.shape) for weight in network.trainable_weights)


def _recipe_text(run: Run) -> str:
    plan, recipe = run.plan, run.plan.recipe
    text = f"{plan.network} {recipe.name}, {recipe.epochs} epochs, seed {plan.seed}"
    return f"{text}, from {plan.start_from}" if plan.start_from else text
