import errno
from pathlib import Path

import pytest

from inkten.errors import InktenError
from inkten.files import make_room, write_whole


def test_a_file_is_replaced_and_nothing_is_left_beside_it(tmp_path):
    write_whole(tmp_path / "a.txt", "old")
    write_whole(tmp_path / "a.txt", "ä new")
    assert (tmp_path / "a.txt").read_bytes() == "ä new".encode()
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_a_write_that_fails_half_way_leaves_the_old_file_and_nothing_beside_it(
    tmp_path, monkeypatch
):
    write_whole(tmp_path / "a.txt", "old")
    write_bytes = Path.write_bytes

    def fill_the_disk(path, content):
        write_bytes(path, content[: len(content) // 2])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", fill_the_disk)
    with pytest.raises(InktenError, match="No space left"):
        write_whole(tmp_path / "a.txt", "new")
    assert (tmp_path / "a.txt").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(InktenError, match="gone"):
        write_whole(tmp_path / "gone" / "a.txt", "")


def test_a_name_that_is_not_a_files_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for target in (Path(), Path("/")):
        with pytest.raises(InktenError, match="expected the name of a file"):
            write_whole(target, "")
    for target in (Path(), tmp_path):
        with pytest.raises(InktenError, match="expected the name of a file"):
            make_room(target)


def test_the_folder_of_a_new_file_is_created(tmp_path):
    make_room(tmp_path / "new" / "folder" / "a.txt")
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["folder"]
    (tmp_path / "file").touch()
    with pytest.raises(InktenError, match="cannot be written"):
        make_room(tmp_path / "file" / "a.txt")


def test_a_folder_that_cannot_be_written_to_is_noticed(tmp_path, monkeypatch):
    def refuse(path):
        assert path.parent == tmp_path
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "touch", refuse)  # root may write anywhere
    with pytest.raises(InktenError, match="Permission denied"):
        make_room(tmp_path / "a.txt")


def test_a_file_that_may_not_be_replaced_is_noticed(tmp_path, monkeypatch):
    (tmp_path / "a.txt").write_text("old")
    monkeypatch.setattr("os.access", lambda path, mode: False)
    with pytest.raises(InktenError, match="Permission denied"):
        make_room(tmp_path / "a.txt")
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]
    assert (tmp_path / "a.txt").read_text() == "old"


def test_a_file_name_that_is_not_utf8_loses_nothing_of_the_content(tmp_path):
    write_whole(tmp_path / "texts.csv", "7/\udcff.png,7")
    assert (tmp_path / "texts.csv").read_text() == r"7/\udcff.png,7"
