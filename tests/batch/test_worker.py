import pytest
from PIL import Image

from inkten.batch.pages import pages_of
from inkten.batch.worker import CHUNK, CHUNK_BYTES, Job, chunks, read_rows


@pytest.fixture
def scans(tmp_path, write):
    """A job in a folder with a.png, b.tif of two pages, and c.png."""
    for name, texts in {"a.png": "3", "b.tif": "42", "c.png": "7"}.items():
        first, *others = (Image.fromarray(write(text).gray) for text in texts)
        more = {"save_all": True, "append_images": others} if others else {}
        first.save(tmp_path / name, **more)
    return Job(base=str(tmp_path))


PATHS = ["a.png", "b.tif", "c.png"]


def test_each_page_is_a_row_in_the_order_of_the_paths(scans):
    assert [
        (row["path"], row["page"], row["text"]) for row in read_rows(scans, PATHS)
    ] == [("a.png", 1, "3"), ("b.tif", 1, "4"), ("b.tif", 2, "2"), ("c.png", 1, "7")]


def test_a_crash_on_one_picture_costs_only_the_row_of_that_picture(scans, monkeypatch):
    def fail_at_b(path, *arguments):
        if path == "b.tif":
            raise MemoryError("too large")
        return pages_of(path, *arguments)

    monkeypatch.setattr("inkten.batch.worker.pages_of", fail_at_b)
    first, fault, last = read_rows(scans, PATHS)
    assert (first["text"], last["text"]) == ("3", "7")
    assert (fault["path"], fault["error"]) == ("b.tif", "MemoryError: too large")


def test_small_pictures_are_cut_into_chunks_of_one_batch(tmp_path):
    (tmp_path / "small.png").write_bytes(b"small")
    paths = ["small.png"] * (2 * CHUNK + 3)
    cut = list(chunks(paths, str(tmp_path)))
    assert [len(chunk) for chunk in cut] == [CHUNK, CHUNK, 3]
    assert [path for chunk in cut for path in chunk] == paths


def test_large_and_remote_pictures_make_shorter_chunks_and_missing_ones_do_not_matter(
    tmp_path,
):
    large = tmp_path / "large.jpg"
    large.write_bytes(bytes(CHUNK_BYTES // 2))
    paths = [str(large)] * 5 + ["gone.png", "\0", "s3://bucket/a.png"]
    assert [len(chunk) for chunk in chunks(paths, str(tmp_path))] == [2, 2, 4]
    links = [f"https://example.org/{number}.png" for number in range(20)]
    assert [len(chunk) for chunk in chunks(links, ".")] == [8, 8, 4]
    assert list(chunks([], ".")) == []
