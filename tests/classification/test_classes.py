import numpy as np
import pytest

from inkten.classification.classes import CLASSES, NO_DIGIT, OTHER, RULE, class_of
from inkten.classification.classifier import CheckedClassifier, Classifier
from inkten.classification.tiles import cut_tiles, with_context
from inkten.datasets import mnist
from inkten.errors import ModelError


def test_the_first_eleven_classes_are_the_digits_and_no_digit():
    assert CLASSES[:10] == tuple("0123456789")
    assert len(CLASSES) == 26
    assert (CLASSES[NO_DIGIT], CLASSES[RULE], CLASSES[OTHER]) == (
        "nothing",
        "rule",
        "other",
    )


@pytest.mark.parametrize(
    ("text", "name"),
    [("7", "7"), ("½", "½"), ("*", "x"), ("'", ","), ("|", "/"), ("12", "other")],
)
def test_signs_written_for_one_another_share_a_class(text, name):
    assert CLASSES[class_of(text)] == name


def page_with_a_digit_and_a_long_rule():
    gray = np.full((120, 120), 230, np.uint8)
    gray[40:70, 50:54] = 30  # a 1
    gray[:, 90:92] = 30
    return gray, np.array([[50, 40, 4, 30]], np.float32)


def test_the_context_shows_what_stands_beside_the_box_and_the_tile_does_not():
    gray, box = page_with_a_digit_and_a_long_rule()
    (both,) = cut_tiles(gray, box, context=True)
    assert both.shape == (28, 28, 2)
    assert (both[..., 0] == cut_tiles(gray, box)[0]).all()
    tile, context = both[..., 0] > 0.5, both[..., 1] > 0.5
    assert tile.any(axis=0).sum() <= 5  # columns: the 1 alone
    rule = context[:, 24:27].any(axis=1)
    assert rule.all()
    assert not context.all(axis=0)[:20].any()  # the 1 ends above and below


def test_context_is_the_same_in_light_ink_on_dark():
    gray, box = page_with_a_digit_and_a_long_rule()
    dark, light = (cut_tiles(each, box, context=True) for each in (gray, 255 - gray))
    assert np.abs(dark - light).max() < 0.01


def test_a_picture_of_mnist_gets_the_context_of_a_digit_alone_on_paper():
    image = mnist.load().test_images[0]
    page = np.zeros((120, 120), np.uint8)
    page[46:74, 46:74] = image
    rows, columns = np.nonzero(image > 30)
    corner = np.array([columns.min(), rows.min()])
    size = np.array([columns.max(), rows.max()]) - corner + 1
    box = np.concatenate([corner + 46, size]).astype(np.float32)[None]
    cut = cut_tiles(page, box, context=True)[0, ..., 1]
    made = with_context(image[None].astype(np.float32) / 255)[0, ..., 1]
    assert made.sum() == pytest.approx(cut.sum(), rel=0.2)
    moments = [np.argwhere(each > 0.5).mean(axis=0) for each in (cut, made)]
    assert np.abs(moments[0] - moments[1]).max() < 1


def all_commas(tiles):
    assert tiles.shape[1:] == (28, 28, 2)
    scores = np.zeros((len(tiles), len(CLASSES)), np.float32)
    scores[:, class_of(",")] = 1
    return scores


def test_a_function_that_names_signs_gets_context_even_for_bare_tiles():
    all_commas.names_signs = True
    classifier = CheckedClassifier(all_commas)
    assert classifier.rejects
    assert classifier(np.zeros((3, 28, 28), np.float32)).sum() == 0
    assert classifier.classes(np.zeros((3, 28, 28, 2), np.float32)).shape == (3, 26)
    assert classifier(np.zeros((0, 28, 28), np.float32)).shape == (0, 10)


def test_a_classifier_of_digits_alone_is_not_asked_for_signs():
    with pytest.raises(ModelError, match="mlp knows only digits"):
        Classifier("mlp").classes(np.zeros((1, 28, 28), np.float32))
