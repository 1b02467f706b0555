import numpy as np
import pytest

from inkten.errors import ModelError
from inkten.layout.lines import find_lines
from inkten.recognition.decoding import CLASSES
from inkten.recognition.line_reader import LineReader
from inkten.recognition.strips import batch_of, cut_strip, normalized
from inkten.training.networks import line
from inkten.training.warm_start import load_weights, thaw

pytestmark = pytest.mark.train


@pytest.fixture
def strips(write):
    page = write("4071")
    (found,) = find_lines(page.boxes)
    return batch_of([normalized(cut_strip(page.gray, found).pixels)], 96)


def test_a_line_reader_starts_as_the_shipped_one_answers(strips):
    network = line()
    load_weights(network, "line")
    answers = np.asarray(network(strips))
    shipped = LineReader(threads=1)._run(strips)
    of_digits = answers[..., :CLASSES].argmax(axis=-1)
    known = shipped[..., :CLASSES].argmax(axis=-1)
    assert (of_digits == known).mean() > 0.9


def test_batch_normalization_learns_again_and_changes_no_answer(strips):
    network = line()
    load_weights(network, "line")
    frozen = len(network.trainable_weights)
    before = np.asarray(network(strips))
    thaw(network, np.concatenate([strips, strips[:, :, ::-1]]))
    assert len(network.trainable_weights) > frozen
    assert np.asarray(network(strips)) == pytest.approx(before, abs=1e-3)


def test_a_line_reader_starts_from_no_classifier():
    with pytest.raises(ModelError, match="has other layers than the network line"):
        load_weights(line(), "cnn")
