import pytest

from inkten.errors import InktenError
from inkten.files import write_whole


def test_a_file_is_replaced_and_nothing_is_left_beside_it(tmp_path):
    write_whole(tmp_path / "a.txt", "old")
    write_whole(tmp_path / "a.txt", "ä new")
    assert (tmp_path / "a.txt").read_bytes() == "ä new".encode()
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(InktenError, match="gone"):
        write_whole(tmp_path / "gone" / "a.txt", "")
