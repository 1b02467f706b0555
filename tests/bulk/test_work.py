from inkten.bulk.work import CHUNK, CHUNK_BYTES, chunks


def test_small_pictures_are_cut_into_chunks_of_one_batch(tmp_path):
    (tmp_path / "small.png").write_bytes(b"small")
    paths = ["small.png"] * (2 * CHUNK + 3)
    cut = list(chunks(paths, str(tmp_path)))
    assert [len(chunk) for chunk in cut] == [CHUNK, CHUNK, 3]
    assert [path for chunk in cut for path in chunk] == paths


def test_large_pictures_make_shorter_chunks_and_unseen_ones_are_no_hindrance(tmp_path):
    large = tmp_path / "large.jpg"
    large.write_bytes(bytes(CHUNK_BYTES // 2))
    paths = [str(large)] * 5 + ["gone.png", "\0", "s3://bucket/a.png"]
    assert [len(chunk) for chunk in chunks(paths, str(tmp_path))] == [2, 2, 4]
    links = [f"https://example.org/{number}.png" for number in range(20)]
    assert [len(chunk) for chunk in chunks(links, ".")] == [8, 8, 4]
    assert list(chunks([], ".")) == []
