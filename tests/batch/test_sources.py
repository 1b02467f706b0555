import io
import os
from pathlib import Path

import fsspec
import pyarrow
import pyarrow.parquet
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from inkten.batch import remote
from inkten.batch.listing import read_parts, write_listing
from inkten.batch.remote import RemoteFile
from inkten.batch.sources import paths_of
from inkten.errors import DataError


@pytest.fixture
def here(tmp_path, monkeypatch):
    for name in ("b/2.png", "b/10.JPG", "a.pdf", "c.tif", ".hidden.png", "notes.md"):
        file = tmp_path / "photos" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


IN_ORDER = ["photos/a.pdf", "photos/b/10.JPG", "photos/b/2.png", "photos/c.tif"]


def test_a_folder_and_its_subfolders_are_listed_in_the_order_of_names(here):
    assert list(paths_of("photos")) == IN_ORDER


def test_a_url_of_a_folder_gives_the_same_pictures_as_urls(here):
    urls = list(paths_of(f"file://{here}/photos"))
    assert urls == [f"file://{here}/{path}" for path in IN_ORDER]
    assert list(paths_of(urls[0])) == urls[:1]


def test_a_glob_gives_all_files_that_match_whatever_their_extension(here):
    assert list(paths_of("photos/**/*.png")) == ["photos/b/2.png"]
    assert list(paths_of("photos/*.md")) == ["photos/notes.md"]


def test_paths_in_a_list_start_from_the_folder_of_the_list(here):
    (here / "photos" / "list.txt").write_text("\ufeffc.tif\n\n/else/where.png\n")
    assert list(paths_of("photos/list.txt")) == ["photos/c.tif", "/else/where.png"]


def test_a_table_has_a_column_path_or_file(here):
    (here / "list.csv").write_text('id,file\n1,"a,b.png"\n2,s3://bucket/c.png\n')
    assert list(paths_of("list.csv")) == ["a,b.png", "s3://bucket/c.png"]
    table = pyarrow.table({"path": ["x.png", None, "y.png"]})
    pyarrow.parquet.write_table(table, here / "list.parquet")
    assert list(paths_of("list.parquet")) == ["x.png", "y.png"]
    (here / "other.csv").write_text("name\nx.png\n")
    with pytest.raises(DataError, match="has the columns name; expected path or file"):
        list(paths_of("other.csv"))


@pytest.mark.parametrize("source", ["missing", "nowhere://bucket/a"])
def test_a_source_that_does_not_exist_is_named(here, source):
    with pytest.raises(DataError, match=source):
        list(paths_of(source))


def test_a_damaged_list_is_named(here):
    (here / "list.parquet").write_text("no table")
    with pytest.raises(DataError, match=r"list\.parquet: cannot be listed"):
        list(paths_of("list.parquet"))


def test_a_column_of_paths_that_is_not_text_is_refused(here):
    table = pyarrow.table({"path": pyarrow.array([b"a.png"])})
    pyarrow.parquet.write_table(table, "bytes.parquet")
    with pytest.raises(DataError, match=r"holds binary; expected text"):
        list(paths_of("bytes.parquet"))


def test_a_list_behind_a_url_is_a_list_whatever_the_query(here):
    Path("few.txt").write_text("a.png\n")
    url = Path("few.txt").absolute().as_uri()
    assert list(paths_of(f"{url}?region=eu")) == [f"{url[:-7]}a.png?region=eu"]


def test_urls_of_listed_files_keep_the_host():
    class Hosted(MemoryFileSystem):
        protocol = "hosted"

        def __init__(self, host, **_):
            assert host == "there"
            super().__init__()

        @classmethod
        def _strip_protocol(cls, path):
            _, has_host, rest = path.partition("://")
            return "/" + (rest.partition("/")[2] if has_host else path).strip("/")

        @staticmethod
        def _get_kwargs_from_urls(url):
            return {"host": url.partition("://")[2].partition("/")[0]}

    fsspec.register_implementation("hosted", Hosted)
    Hosted(host="there").pipe("/scans/a.png", b"some bytes")
    url = "hosted://there/scans/a.png"
    for source in ("hosted://there/scans", "hosted://there/scans/*.png"):
        assert list(paths_of(source)) == [url]
    assert RemoteFile(url).read() == b"some bytes"


@pytest.mark.parametrize(("count", "content"), [(-1, b"abcdef"), (4, b"abcd")])
def test_a_file_that_comes_in_pieces_is_read_completely(monkeypatch, count, content):
    class Pieces(io.BytesIO):
        def read(self, _):
            return super().read(2)

    monkeypatch.setattr(remote, "open_url", lambda _: Pieces(b"abcdef"))
    assert RemoteFile("any://file").read(count) == content


def test_a_part_larger_than_a_row_group_of_pyarrow_stays_one_part(tmp_path):
    count = 1_100_000  # pyarrow starts a new group after 1,048,576 rows on its own
    write_listing(tmp_path / "list", map(str, range(count)), count, "/")
    ((number, paths),) = read_parts(tmp_path / "list", [0])
    assert (number, len(paths), paths[-1]) == (0, count, str(count - 1))


def test_a_subfolder_that_cannot_be_opened_is_listed_not_skipped(here, monkeypatch):
    scandir = os.scandir

    def refuse(folder):
        if folder == "photos/b":
            raise PermissionError(13, "Permission denied")
        return scandir(folder)

    monkeypatch.setattr("inkten.batch.sources.os.scandir", refuse)
    assert list(paths_of("photos")) == ["photos/a.pdf", "photos/b", "photos/c.tif"]


def test_a_folder_that_cannot_be_opened_is_an_error(here, monkeypatch):
    def refuse(_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("inkten.batch.sources.os.scandir", refuse)
    with pytest.raises(DataError, match=r"photos: cannot be listed \(Permission"):
        list(paths_of("photos"))


def test_a_pipe_is_listed_so_that_it_becomes_a_row(here):
    os.mkfifo("pipe.png")
    assert list(paths_of("pipe.png")) == ["pipe.png"]


def test_notes_among_the_pictures_are_not_taken_for_a_list(here):
    (here / "photos" / "notes.txt").write_text("Buy milk\nand bread\n")
    with pytest.raises(DataError, match=r"notes\.txt.*first line names no .*Buy milk"):
        list(paths_of("photos/notes.txt"))
    (here / "photos" / "notes.txt").write_text("Buy milk\nc.tif\n")
    assert list(paths_of("photos/notes.txt")) == ["photos/Buy milk", "photos/c.tif"]
