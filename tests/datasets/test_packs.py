import json

import cv2
import numpy as np
import pytest

from inkten.datasets.packs import load_pack, load_packs
from inkten.errors import DataError

TOML = """
name = "{name}"
licence = "CC0-1.0"
credit = "A. Writer"
origin = "https://example.org"
parts = ["train", "test"]
ambiguous = ["o"]
"""
SIZES = ((20, 14), (18, 9), (25, 40))


def arrays(**changed):
    """Three pictures, of which the last is a number with boxes."""
    made = {
        "pixels": np.concatenate(
            [np.full(h * w, 100 + k, np.uint8) for k, (h, w) in enumerate(SIZES)]
        ),
        "shapes": np.array(SIZES),
        "texts": np.array(["7", "o", "17"]),
        "writers": np.array(["ann", "bob", "ann"]),
        "parts": np.array(["train", "test", "train"]),
    }
    made |= changed
    return {name: array for name, array in made.items() if array is not None}


@pytest.fixture
def folder(tmp_path):
    """A pack of its description alone."""
    (tmp_path / "pack.toml").write_text(TOML.format(name="mine"))
    return tmp_path


def test_a_pack_says_what_it_is(folder):
    pack = load_pack(folder)
    assert (pack.name, pack.licence, pack.credit) == ("mine", "CC0-1.0", "A. Writer")
    assert pack.parts == ("train", "test")
    assert pack.ambiguous == {"o"}


def test_every_file_of_a_pack_is_optional(folder):
    pack = load_pack(folder)
    assert pack.glyphs("train") is None
    assert pack.numbers("train") is None
    assert pack.fonts("train") == []
    assert pack.lines("train") == []


def test_pictures_come_back_by_part_in_their_own_size(folder):
    np.savez(folder / "glyphs.npz", **arrays())
    train, test = (load_pack(folder).glyphs(part) for part in ("train", "test"))
    assert train.texts.tolist() == ["7", "17"]
    assert [train[k].shape for k in range(2)] == [SIZES[0], SIZES[2]]
    assert [int(train[k][0, 0]) for k in range(2)] == [100, 102]
    assert (test[0].shape, int(test[0][0, 0])) == (SIZES[1], 101)
    assert test.writers.tolist() == ["bob"]


def test_boxes_belong_to_the_digits_of_their_number(folder):
    boxes = np.array([[2, 3, 9, 18], [14, 3, 9, 18]], np.float32)
    boxed = np.array([False, False, True])
    np.savez(folder / "numbers.npz", **arrays(boxes=boxes, boxed=boxed))
    train = load_pack(folder).numbers("train")
    assert list(train.boxes) == [1]
    assert np.array_equal(train.boxes[1], boxes)
    assert load_pack(folder).numbers("test").boxes == {}


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"parts": None}, "no array parts"),
        ({"pixels": np.zeros(9, np.uint8)}, "9 pixels; expected 1442"),
        ({"pixels": np.zeros(1442, np.float32)}, "float32; expected (P,) uint8"),
        ({"shapes": np.array([[20, 14]])}, "texts (3,)"),
        ({"texts": np.array([7, 0, 17])}, "texts (3,) int64"),
        ({"parts": np.array(["train", "test", "dev"])}, "part dev"),
        ({"boxes": np.zeros((1, 4), np.float32)}, "boxed (0,)"),
    ],
)
def test_arrays_of_another_form_are_refused_with_what_is_expected(
    folder, changed, reason
):
    np.savez(folder / "glyphs.npz", **arrays(**changed))
    with pytest.raises(DataError) as refused:
        load_pack(folder).glyphs("train")
    assert reason in str(refused.value)
    assert "glyphs.npz" in str(refused.value)


@pytest.mark.parametrize("boxes", [[[2, 3, 9, 18]], [[2, 3, 9, 18], [38, 3, 9, 18]]])
def test_boxes_must_fit_their_digits_and_picture(folder, boxes):
    boxed = np.array([False, False, True])
    odd = arrays(boxes=np.array(boxes, np.float32), boxed=boxed)
    np.savez(folder / "numbers.npz", **odd)
    with pytest.raises(DataError, match="boxes"):
        load_pack(folder).numbers("train")


def test_a_pickle_in_a_pack_is_never_loaded(folder):
    pickled = np.array([{"a": 1}, {}, {}], object)
    np.savez(folder / "glyphs.npz", **arrays(texts=pickled))
    with pytest.raises(DataError, match="without pickles"):
        load_pack(folder).glyphs("train")


def test_a_damaged_npz_is_refused(folder):
    (folder / "glyphs.npz").write_bytes(b"PK\x03\x04 nothing else")
    with pytest.raises(DataError, match="cannot be read"):
        load_pack(folder).glyphs("train")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('licence = "CC0-1.0"', ""),
        ('parts = ["train", "test"]', 'parts = ["dev"]'),
        ('parts = ["train", "test"]', 'parts = [["train"]]'),
        ('credit = "A. Writer"', "credit = 7"),
        ("ambiguous = [", "ambiguous = [7, "),
    ],
)
def test_an_incomplete_description_is_refused(folder, old, new):
    path = folder / "pack.toml"
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(DataError, match=r"pack\.toml"):
        load_pack(folder)


def test_a_folder_without_description_is_no_pack(tmp_path):
    with pytest.raises(DataError, match=r"pack\.toml.*cannot be read"):
        load_pack(tmp_path)


def test_packs_come_in_order_of_their_names_and_each_name_once(tmp_path):
    for place, name in (("1", "zoe"), ("2", "ann"), ("3", "ann")):
        (tmp_path / place).mkdir()
        (tmp_path / place / "pack.toml").write_text(TOML.format(name=name))
    packs = load_packs([tmp_path / "1", tmp_path / "2"])
    assert [pack.name for pack in packs] == ["ann", "zoe"]
    with pytest.raises(DataError, match="ann: the name of two packs"):
        load_packs([tmp_path / "2", tmp_path / "3"])


def test_fonts_are_listed_with_their_weights(folder):
    (folder / "fonts").mkdir()
    (folder / "fonts" / "a.ttf").write_bytes(b"")
    table = folder / "fonts.csv"
    table.write_text("file,family,weight,part\na.ttf,A,0.5,train\n")
    (font,) = load_pack(folder).fonts("train")
    assert (font.path.name, font.family, font.weight) == ("a.ttf", "A", 0.5)
    assert load_pack(folder).fonts("test") == []
    table.write_text("file,family,weight,part\nb.ttf,B,1,train\n")
    with pytest.raises(DataError, match=r"b\.ttf does not exist"):
        load_pack(folder).fonts("train")


def test_lines_are_cut_from_their_pages(folder):
    (folder / "pages").mkdir()
    page = np.full((80, 200), 230, np.uint8)
    page[30:40, 50:150] = 40
    cv2.imwrite(str(folder / "pages" / "a.png"), page)
    outline = [[45, 25], [155, 25], [155, 45], [45, 45]]
    listed = {"part": "train", "lines": [{"text": "hello", "outline": outline}]}
    (folder / "pages.json").write_text(json.dumps({"a.png": listed}))
    (line,) = load_pack(folder).lines("train")
    assert (line.text, line.page, line.gray.shape) == ("hello", "a", (21, 111))
    assert line.gray.min() == 40
    assert line.outline.min() == 0
    (folder / "pages.json").write_text(json.dumps({"a.png": {"lines": []}}))
    with pytest.raises(DataError, match=r"pages\.json"):
        load_pack(folder).lines("train")


@pytest.fixture
def fonts(folder):
    """A pack with the table ``fonts.csv`` and one font file."""
    (folder / "fonts").mkdir()
    (folder / "fonts" / "a.ttf").write_bytes(b"")
    (folder / "secret.ttf").write_bytes(b"")
    return folder / "fonts.csv"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("a.ttf,A,0.5", "no part in line 2"),
        ("a.ttf", "no family, weight, part in line 2"),
        (",A,0.5,train", "no file in line 2"),
        ("a.ttf,A,heavy,train", "weight 'heavy' in line 2; expected a number above 0"),
        ("a.ttf,A,nan,train", "weight 'nan'"),
        ("a.ttf,A,inf,train", "weight 'inf'"),
        ("a.ttf,A,-1,train", "weight '-1'"),
        ("a.ttf,A,0,train", "weight '0'"),
        ("a.ttf,A,1,dev", "part dev in line 2; expected train, test"),
        ("a.ttf,A,1,validation", "part validation in line 2; expected train, test"),
        ("../secret.ttf,A,1,train", "expected a file inside"),
        ("/etc/hostname,A,1,train", "expected a file inside"),
        ("a\0b.ttf,A,1,train", "expected a file inside"),
        ('a.ttf,"' + "A" * 200_000 + '",1,train', "cannot be read (field larger"),
        ("a.ttf,\xe9,1,train", "cannot be read ('utf-8' codec"),
    ],
)
def test_a_row_of_fonts_that_is_wrong_is_refused_with_its_line(
    folder, fonts, row, reason
):
    table = f"file,family,weight,part\n{row}\n"
    fonts.write_bytes(table.encode("latin-1"))
    with pytest.raises(DataError) as refused:
        load_pack(folder).fonts("train")
    assert reason in str(refused.value)
    assert "fonts.csv" in str(refused.value)


def test_a_table_of_fonts_without_a_column_is_refused(folder, fonts):
    fonts.write_text("file,family,weight\na.ttf,A,1\n")
    with pytest.raises(DataError, match="no column part"):
        load_pack(folder).fonts("train")


def test_a_part_that_the_pack_does_not_list_is_refused(folder):
    np.savez(
        folder / "glyphs.npz", **arrays(parts=np.array(["train", "test", "validation"]))
    )
    with pytest.raises(DataError, match="part validation; expected train, test"):
        load_pack(folder).glyphs("train")
    assert load_pack(folder).glyphs("validation") is None


@pytest.mark.parametrize(
    ("name", "changed", "reason"),
    [
        ("../page.png", {}, "expected a file inside"),
        ("b.png", {}, r"b\.png does not exist"),
        ("a.png", {"part": "dev"}, "part 'dev' of a.png; expected train, test"),
        ("a.png", {"lines": [{"text": 7, "outline": [[0, 0]]}]}, "text 7"),
        ("a.png", {"lines": [{"text": "a", "outline": []}]}, "cannot be read"),
        ("a.png", {"lines": [{"text": "a", "outline": [[0, 1e300]]}]}, "of 'a'"),
        ("a.png", {"lines": [{"text": "a", "outline": [[0, float("nan")]]}]}, "of 'a'"),
        ("a.png", {"lines": [{"text": "a", "outline": [[0, 10**400]]}]}, "Overflow"),
    ],
)
def test_a_listing_of_pages_that_is_wrong_is_refused(folder, name, changed, reason):
    (folder / "pages").mkdir()
    for path in (folder / "pages" / "a.png", folder / "page.png"):
        cv2.imwrite(str(path), np.full((80, 200), 230, np.uint8))
    listed = {name: {"part": "train", "lines": []} | changed}
    (folder / "pages.json").write_text(json.dumps(listed))
    with pytest.raises(DataError, match=reason):
        load_pack(folder).lines("train")


def test_a_line_off_its_page_is_left_out(folder):
    (folder / "pages").mkdir()
    cv2.imwrite(str(folder / "pages" / "a.png"), np.full((80, 200), 230, np.uint8))
    outline = [[-90, 10], [-30, 10], [-30, 40]]
    listed = {"part": "train", "lines": [{"text": "gone", "outline": outline}]}
    (folder / "pages.json").write_text(json.dumps({"a.png": listed}))
    assert load_pack(folder).lines("train") == []


def test_the_checksum_is_of_the_files_that_pages_are_made_of(folder, fonts):
    fonts.write_text("file,family,weight,part\na.ttf,A,1,train\n")
    first = load_pack(folder).checksum
    (folder / "LICENSE").write_text("CC0")
    assert load_pack(folder).checksum == first
    (folder / "fonts" / "a.ttf").write_bytes(b"other")
    second = load_pack(folder).checksum
    (folder / "fonts" / "a.ttf").rename(folder / "fonts" / "b.ttf")
    third = load_pack(folder).checksum
    assert len({first, second, third}) == 3


def test_a_folder_of_packs_stands_for_all_of_them(tmp_path):
    for name in ("zoe", "ann"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "pack.toml").write_text(TOML.format(name=name))
    assert [pack.name for pack in load_packs([tmp_path])] == ["ann", "zoe"]
