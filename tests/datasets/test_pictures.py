import numpy as np
import pytest

from inkten.datasets.pictures import read_pictures
from inkten.errors import DataError


@pytest.fixture
def save(tmp_path):
    """Save two pictures of 20 x 20, all with boxes."""

    def saved(texts, boxes):
        path = tmp_path / "numbers.npz"
        np.savez(
            path,
            pixels=np.zeros(800, np.uint8),
            shapes=np.full((2, 2), 20),
            texts=np.array(texts),
            writers=np.array(["ann", "bob"]),
            parts=np.array(["train", "train"]),
            boxed=np.array([True, True]),
            boxes=np.array(boxes, np.float32).reshape(-1, 4),
        )
        return path

    return saved


@pytest.mark.parametrize("texts", [("", "7"), ("7", "")])
def test_a_drawing_has_no_boxes_even_if_it_is_listed_as_boxed(save, texts):
    boxes = read_pictures(save(texts, [[2, 3, 9, 15]]), "train").boxes
    assert list(boxes) == [texts.index("7")]
    assert boxes[texts.index("7")].tolist() == [[2, 3, 9, 15]]


@pytest.mark.parametrize("odd", [np.nan, np.inf, -1.0, 30.0])
def test_a_box_that_is_not_in_its_picture_is_refused(save, odd):
    path = save(("7", "7"), [[2, 3, 9, 15], [2, 3, 9, odd]])
    with pytest.raises(DataError, match="boxes of picture 1"):
        read_pictures(path, "train")


@pytest.mark.parametrize("text", ["a", "²"])
def test_only_digits_have_boxes(save, text):
    path = save(("7", text), [[2, 3, 9, 15], [2, 3, 9, 15]])
    with pytest.raises(DataError, match="boxes of digits only"):
        read_pictures(path, "train")


def test_a_file_without_any_box_has_none(save):
    assert read_pictures(save(("", ""), []), "train").boxes == {}
