import os
import shutil
from pathlib import Path

import pyarrow.parquet
import pytest

from inkten import DataError, ModelError, Reader, Reading, RunError
from inkten.batch.report import least_sure, review_page
from inkten.batch.row import row_of
from inkten.batch.table import FileFormat, table_of
from inkten.batch.worker import Job


def test_every_picture_is_a_row_in_the_order_of_the_source(folder, read_all, rows_of):
    results, reported = read_all(folder)
    rows = rows_of(results)
    assert [Path(row["path"]).stem for row in rows] == [f"{i:03d}" for i in range(70)]
    good, bad = rows[7], rows[50]
    reading = Reader(threads=1).read(good["path"])
    assert (good["text"], good["value"]) == (reading.text, reading.value)
    assert good["confidence"] == pytest.approx(reading.confidence, abs=1e-4)
    assert (good["error"], good["model"], good["page"]) == (None, "cnn", 1)
    assert "not a picture" in bad["error"]
    assert bad["text"] is bad["digits"] is None
    first, last = reported[0], reported[-1]
    assert first.pictures == last.done == last.rows == 70
    assert last.errors == 1


def test_the_folder_of_results_is_one_parquet_data_set(folder, read_all):
    results, _ = read_all(folder)
    assert len(list(results.folder.glob("part-*.parquet"))) == 3
    assert pyarrow.parquet.read_table(results.folder).num_rows == 70


def test_all_formats_hold_the_same_rows(folder, read_all, rows_of, tmp_path):
    expected = rows_of(read_all(folder)[0])
    for other in (FileFormat.CSV, FileFormat.JSONL):
        results, _ = read_all(folder, out=tmp_path / other, file_format=other)
        assert rows_of(results) == expected


def test_a_second_run_reads_only_what_is_missing(folder, read_all, rows_of):
    results, _ = read_all(folder)
    expected = rows_of(results)
    (results.folder / "part-000001.parquet").unlink()
    results, reported = read_all(folder)
    assert (reported[0].done, reported[-1].done) == (38, 70)
    assert rows_of(results) == expected


def test_a_killed_run_resumes_to_the_same_results(
    folder, read_all, rows_of, command, kill_when_written
):
    sources = [folder] * 5
    expected = rows_of(read_all(*sources, out=Path("undisturbed"))[0])
    arguments = [*sources, "--out", "results", "--part-size", 32, "--workers", 1]
    for part in (2, 6):
        file = Path(f"results/part-{part:06d}.parquet")
        kill_when_written(command(*arguments), file)
    results, reported = read_all(*sources)
    assert 0 < reported[0].done < 350
    assert rows_of(results) == expected


def test_other_pictures_in_the_source_are_refused(folder, read_all):
    read_all(folder)
    shutil.copy("pictures/0/001.png", "pictures/0/more.png")
    with pytest.raises(RunError, match="pictures in the source was 70 and is 71") as no:
        read_all(folder)
    assert "Read only the new pictures into another folder" in str(no.value)


def replace_picture(path, content):
    """A sheet is photographed again under the same name, some seconds later."""
    earlier = Path(path).stat().st_mtime
    Path(path).write_bytes(content)
    os.utime(path, (earlier + 5, earlier + 5))


def test_a_picture_that_changed_is_read_again_with_its_part_only(
    folder, read_all, rows_of, digits
):
    results, _ = read_all(folder)
    before = rows_of(results)
    replace_picture("pictures/0/000.png", digits[1])
    results, reported = read_all(folder)
    assert (reported[0].done, reported[-1].done, results.changed) == (38, 70, 1)
    first, *others = rows_of(results)
    assert (before[0]["text"], first["text"]) == ("7", "2")
    assert others == before[1:]
    results, reported = read_all(folder)
    assert (reported[0].done, results.changed) == (70, 0)


def test_a_run_killed_before_it_reads_a_changed_picture_reads_it_later(
    folder, read_all, rows_of, digits, monkeypatch
):
    read_all(folder)
    replace_picture("pictures/0/000.png", digits[1])
    replace = Path.replace

    def killed(*_):
        raise KeyboardInterrupt

    def killed_at_the_listing(file, target):
        return killed() if Path(target).name == "_pictures" else replace(file, target)

    monkeypatch.setattr(Path, "replace", killed_at_the_listing)
    with pytest.raises(KeyboardInterrupt):
        read_all(folder)
    monkeypatch.setattr(Path, "replace", replace)
    with monkeypatch.context() as patch:
        patch.setattr("inkten.batch.run._read_missing", killed)
        with pytest.raises(KeyboardInterrupt):
            read_all(folder)
    results, reported = read_all(folder)
    assert reported[0].done == 38
    assert rows_of(results)[0]["text"] == "2"


def test_pictures_that_are_gone_stay_as_they_were_read(folder, read_all, rows_of):
    names = sorted(map(str, Path("pictures").glob("*/*.png")))
    Path("list.txt").write_text("\n".join(names))
    results, _ = read_all("list.txt")
    expected = rows_of(results)
    shutil.move(names[0], "elsewhere.png")
    results, reported = read_all("list.txt")
    assert reported[0].done == 70
    assert rows_of(results) == expected


def test_a_listing_of_an_older_version_says_of_no_picture_that_it_changed(
    folder, read_all, digits
):
    results, _ = read_all(folder)
    listing = results.folder / "_pictures"
    with pyarrow.parquet.ParquetFile(listing) as file:
        parts = [file.read_row_group(n, columns=["path"]) for n in range(3)]
    with pyarrow.parquet.ParquetWriter(listing, parts[0].schema) as writer:
        for part in parts:
            writer.write_table(part)
    replace_picture("pictures/0/000.png", digits[1])
    assert read_all(folder)[1][0].done == 70
    replace_picture("pictures/0/000.png", digits[2])
    assert read_all(folder)[1][0].done == 38


def test_what_failed_is_tried_again_on_request(folder, read_all, rows_of):
    read_all(folder)
    assert read_all(folder)[1][0].done == 70
    _, reported = read_all(folder, retry=True)
    assert (reported[0].done, reported[0].errors) == (38, 0)
    assert (reported[-1].done, reported[-1].errors) == (70, 1)


def test_too_many_errors_end_a_run_and_keep_the_finished_parts(folder, read_all):
    with pytest.raises(RunError, match="not be read: 1; allowed: 0") as stopped:
        read_all(folder, max_errors=0)
    assert stopped.value.parameter == "max_errors"
    results, reported = read_all(folder, max_errors=1)
    assert reported[0].done >= 32
    assert results.missing == []


def test_a_source_without_pictures_is_an_error(tmp_path, read_all):
    with pytest.raises(DataError, match="no pictures"):
        read_all(str(tmp_path))


def test_a_file_that_is_not_a_model_ends_the_run(folder, read_all):
    Path("bad.onnx").write_text("no model")
    with pytest.raises(ModelError, match=r"bad\.onnx"):
        read_all(folder, job=Job("bad.onnx"))


def test_the_least_sure_are_shown_for_review(folder, read_all, rows_of):
    job = Job()
    results, _ = read_all(folder, job=job)
    sure = [row["confidence"] for row in rows_of(results) if row["digits"]]
    assert [row["confidence"] for row in least_sure(results, 5)] == sorted(sure)[:5]
    page = review_page(results, job)
    assert page.count("<img") == 24
    assert least_sure(results, 1)[0]["path"] in page


def test_a_page_whose_confidence_is_rounded_to_0_is_among_the_least_sure(
    folder, read_all, monkeypatch
):
    results, _ = read_all(folder)
    rows = [row_of("sheet.png", 1, Reading((), None), 0, "cnn") | {"text": "11"}]
    monkeypatch.setattr(results, "tables", lambda: iter([table_of(rows)]))
    assert [row["path"] for row in least_sure(results)] == ["sheet.png"]


def test_the_same_names_in_another_folder_are_other_pictures(
    folder, read_all, tmp_path, monkeypatch
):
    read_all(folder)
    shutil.copytree(tmp_path / folder, tmp_path / "later" / folder)
    monkeypatch.chdir(tmp_path / "later")
    with pytest.raises(RunError, match="the paths of the pictures changed"):
        read_all(folder)


def test_a_file_whose_name_is_not_utf8_is_read(tmp_path, digits, read_all, rows_of):
    (tmp_path / "scans").mkdir()
    (tmp_path / "scans" / os.fsdecode(b"caf\xe9.png")).write_bytes(digits[0])
    results, _ = read_all(str(tmp_path / "scans"))
    (row,) = rows_of(results)
    assert row["text"] == "7"
    assert row["path"].endswith("caf\\udce9.png")


def test_a_pipe_in_a_folder_becomes_a_row(folder, read_all, rows_of):
    os.mkfifo("pictures/0/000a.png")
    rows = rows_of(read_all(folder)[0])
    assert len(rows) == 71
    assert rows[1]["path"] == "pictures/0/000a.png"
    assert rows[1]["error"].startswith("a pipe")


def test_a_damaged_part_is_read_again(folder, read_all, rows_of):
    results, _ = read_all(folder)
    expected = rows_of(results)
    part = results.folder / "part-000001.parquet"
    content = bytearray(part.read_bytes())
    content[100] ^= 1
    part.write_bytes(content)
    results, reported = read_all(folder)
    assert reported[0].done == 38
    assert rows_of(results) == expected


def test_only_the_parts_match_a_glob_for_their_format(folder, read_all):
    for file_format in FileFormat:
        out = Path(file_format)
        read_all(folder, out=out, file_format=file_format)
        names = sorted(path.name for path in out.glob(f"*.{file_format}"))
        assert names == [f"part-{part:06d}.{file_format}" for part in range(3)]


def test_a_picture_that_never_arrives_becomes_a_row(
    tmp_path, digits, read_all, rows_of
):
    (tmp_path / "7.png").write_bytes(digits[0])
    os.mkfifo(tmp_path / "endless.png")  # nobody ever writes to it
    urls = [f"file://{tmp_path}/{name}" for name in ("endless.png", "7.png")]
    (tmp_path / "list.txt").write_text("\n".join(urls))
    results, _ = read_all(str(tmp_path / "list.txt"), seconds_per_picture=0.5)
    endless, seven = rows_of(results)
    assert endless["error"] == "reading it took more than 0.5 seconds, the limit"
    assert seven["text"] == "7"
