"""What every training has: its network, samples, and what the card says of it."""

from collections.abc import Sequence
from math import prod
from pathlib import Path

from inkten.datasets.packs import Pack
from inkten.training.backend import keras
from inkten.training.data import EndlessBatches
from inkten.training.export import Samples
from inkten.training.networks import ARCHITECTURES
from inkten.training.runs import Run
from inkten.training.warm_start import load_weights

SAMPLE_BATCHES = 12  # enough to find the range of the activations


def network_of(run: Run) -> keras.Model:
    """The recipe's network, new or with the weights that the run starts from."""
    network = ARCHITECTURES[run.plan.recipe.architecture]()
    if run.plan.start_from:
        load_weights(network, run.plan.start_from)
    return network


def credits_of(packs: Sequence[Pack]) -> str:
    """The packs that pages are made of, as a model's card names them."""
    if not packs:
        return ""
    named = [f"{pack.name} ({pack.credit}; {pack.licence})" for pack in packs]
    return f" and with the handwriting packs {', '.join(named)}"


def samples_of(batches: EndlessBatches) -> Samples:
    """Inputs of the batches that would follow the last epoch."""
    return [batches[number][0] for number in range(SAMPLE_BATCHES)]


def parameters_of(network: keras.Model) -> int:
    """The number of trainable parameters, as ``network.summary()`` counts them.

    An ONNX file holds fewer numbers: batch normalization is folded into the layers.
    """
    return sum(prod(weight.shape) for weight in network.trainable_weights)


def recipe_text(run: Run) -> str:
    """The recipe of a run, as a model's card names it.

    A card travels with its model, so it names no folders but the run's own.
    """
    plan, recipe = run.plan, run.plan.recipe
    text = f"{plan.network} {recipe.name}, {recipe.epochs} epochs, seed {plan.seed}"
    start = "/".join(Path(plan.start_from).parts[-2:])
    return f"{text}, from {start}" if start else text
