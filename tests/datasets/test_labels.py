import pytest

from inkten.datasets.labels import LabelledPicture, load_labels, select_by_note
from inkten.errors import DataError


def write(path, text, encoding="utf-8"):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding)
    return path


def test_a_csv_lists_pictures_relative_to_its_folder(tmp_path):
    labels = write(
        tmp_path / "labels.csv", "note,file,text\nx,a b/é.png,12 7|3\n,c.png,\n"
    )
    expected = [
        LabelledPicture("a b/é.png", tmp_path / "a b" / "é.png", "12 7|3", note="x"),
        LabelledPicture("c.png", tmp_path / "c.png", ""),
    ]
    assert load_labels(labels) == expected
    assert load_labels(tmp_path) == expected


def test_pictures_are_selected_by_their_notes(tmp_path):
    labels = write(
        tmp_path / "labels.csv",
        "file,text,kind,note\na.png,1,scan,Turned left\nb.png,2,photo,\n",
    )
    pictures = load_labels(labels)
    assert [each.kind for each in pictures] == ["scan", "photo"]
    assert [each.file for each in select_by_note(pictures, only="turned")] == ["a.png"]
    assert [each.file for each in select_by_note(pictures, without="turned")] == [
        "b.png"
    ]
    with pytest.raises(DataError, match="no picture has a note with 'upside'"):
        select_by_note(pictures, only="upside")


def test_a_byte_order_mark_is_not_part_of_the_first_column(tmp_path):
    labels = write(tmp_path / "l.csv", "file,text\na.png,7\n", "utf-8-sig")
    assert load_labels(labels)[0].file == "a.png"


def test_a_subfolder_per_digit_labels_the_pictures_in_it(tmp_path):
    for name in ("7/b.png", "7/a.png", "7/.hidden", "0/c.jpg", "letters/x.png"):
        write(tmp_path / name, "")
    labelled = [(each.file, each.text) for each in load_labels(tmp_path)]
    assert labelled == [("0/c.jpg", "0"), ("7/a.png", "7"), ("7/b.png", "7")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "has the columns none"),
        ("name,digit\na.png,7\n", "has the columns name, digit"),
        ("file,text\n", "lists no pictures"),
        ("file,text\na.png,7\nb.png,seven\n", "line 3: file 'b.png', text 'seven'"),
        ("file,text\na.png\n", "text None"),
        ("file,text\n,7\n", "file ''"),
    ],
)
def test_a_csv_in_another_format_is_refused(tmp_path, text, message):
    with pytest.raises(DataError, match=message):
        load_labels(write(tmp_path / "labels.csv", text))


def test_a_file_that_is_not_csv_is_refused(tmp_path):
    (tmp_path / "l.csv").write_bytes(b"\x89PNG\xff\xfe")
    with pytest.raises(DataError, match=r"CSV file in UTF-8.*A picture goes into"):
        load_labels(tmp_path / "l.csv")


def test_a_folder_without_digits_and_a_missing_one_are_named(tmp_path):
    with pytest.raises(DataError, match=r"neither a labels\.csv nor a subfolder"):
        load_labels(tmp_path)
    with pytest.raises(DataError, match="gone does not exist"):
        load_labels(tmp_path / "gone")


@pytest.mark.parametrize(("written", "text"), [(" ", ""), (" 7", "7"), ("1 2|", "1 2")])
def test_separators_around_a_text_are_removed(tmp_path, written, text):
    labels = tmp_path / "labels.csv"
    labels.write_text(f"file,text\na.png,{written}\n")
    assert [picture.text for picture in load_labels(labels)] == [text]
