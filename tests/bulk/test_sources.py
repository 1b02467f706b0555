import pyarrow
import pyarrow.parquet
import pytest

from inkten.bulk.sources import paths_of
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


def test_a_folder_is_searched_through_in_the_order_of_names(here):
    assert list(paths_of("photos")) == IN_ORDER


def test_a_url_of_a_folder_gives_the_same_pictures_as_urls(here):
    urls = list(paths_of(f"file://{here}/photos"))
    assert urls == [f"file://{here}/{path}" for path in IN_ORDER]
    assert list(paths_of(urls[0])) == urls[:1]


def test_a_glob_gives_what_it_matches_whatever_its_name(here):
    assert list(paths_of("photos/**/*.png")) == ["photos/b/2.png"]
    assert list(paths_of("photos/*.md")) == ["photos/notes.md"]


def test_paths_of_a_list_count_from_where_it_lies(here):
    (here / "photos" / "list.txt").write_text("\ufeffc.tif\n\n/else/where.png\n")
    assert list(paths_of("photos/list.txt")) == ["photos/c.tif", "/else/where.png"]


def test_a_table_names_its_column_path_or_file(here):
    (here / "list.csv").write_text('id,file\n1,"a,b.png"\n2,s3://bucket/c.png\n')
    assert list(paths_of("list.csv")) == ["a,b.png", "s3://bucket/c.png"]
    table = pyarrow.table({"path": ["x.png", None, "y.png"]})
    pyarrow.parquet.write_table(table, here / "list.parquet")
    assert list(paths_of("list.parquet")) == ["x.png", "y.png"]
    (here / "other.csv").write_text("name\nx.png\n")
    with pytest.raises(DataError, match="has the columns name; expected path or file"):
        list(paths_of("other.csv"))


@pytest.mark.parametrize("source", ["missing", "nowhere://bucket/a"])
def test_a_source_that_is_not_there_is_named(here, source):
    with pytest.raises(DataError, match=source):
        list(paths_of(source))


def test_a_damaged_list_is_named(here):
    (here / "list.parquet").write_text("no table")
    with pytest.raises(DataError, match=r"list\.parquet cannot be listed"):
        list(paths_of("list.parquet"))
