import os
import shutil
from pathlib import Path

import pyarrow.parquet
import pytest

from inkten import DataError, ModelError, Reader, Reading, RunError
from inkten.batch.report import least_sure, review_page
from inkten.batch.row import row_of
from inkten.batch.table import Form, table_of
from inkten.batch.worker import Job


def test_every_picture_is_a_row_in_the_order_of_the_source(folder, read_all, rows_of):
    results, told = read_all(folder)
    rows = rows_of(results)
    assert [Path(row["path"]).stem for row in rows] == [f"{i:03d}" for i in range(70)]
    good, bad = rows[7], rows[50]
    reading = Reader(threads=1).read(good["path"])
    assert (good["text"], good["value"]) == (reading.text, reading.value)
    assert good["confidence"] == pytest.approx(reading.confidence, abs=1e-4)
    assert (good["error"], good["model"], good["page"]) == (None, "cnn", 1)
    assert bad["error"].startswith("not a picture")
    assert bad["text"] is bad["digits"] is None
    assert told[0].pictures == told[-1].done == told[-1].rows == 70
    assert told[-1].errors == 1


def test_results_are_a_folder_that_any_reader_of_parquet_takes(folder, read_all):
    results, _ = read_all(folder)
    assert len(list(results.folder.glob("part-*.parquet"))) == 3
    assert pyarrow.parquet.read_table(results.folder).num_rows == 70


def test_the_other_forms_hold_the_same(folder, read_all, rows_of, tmp_path):
    wanted = rows_of(read_all(folder)[0])
    for form in (Form.CSV, Form.JSONL):
        results, _ = read_all(folder, out=tmp_path / form, form=form)
        assert rows_of(results) == wanted


def test_what_a_run_has_read_is_not_read_again(folder, read_all, rows_of):
    results, _ = read_all(folder)
    wanted = rows_of(results)
    (results.folder / "part-000001.parquet").unlink()
    results, told = read_all(folder)
    assert (told[0].done, told[-1].done) == (38, 70)
    assert rows_of(results) == wanted


def test_a_killed_run_goes_on_to_the_same_results(
    folder, read_all, rows_of, command, killed_when_there
):
    sources = [folder] * 5
    wanted = rows_of(read_all(*sources, out=Path("undisturbed"))[0])
    asked = [*sources, "--out", "results", "--part-size", 32, "--workers", 1]
    for part in (2, 6):
        file = Path(f"results/part-{part:06d}.parquet")
        killed_when_there(command(*asked), file)
    results, told = read_all(*sources)
    assert 0 < told[0].done < 350
    assert rows_of(results) == wanted


def test_other_pictures_in_the_source_are_refused(folder, read_all):
    read_all(folder)
    shutil.copy("pictures/0/001.png", "pictures/0/more.png")
    with pytest.raises(RunError, match="pictures in the source was 70 and is 71"):
        read_all(folder)


def test_too_many_errors_end_a_run_and_keep_its_finished_parts(folder, read_all):
    with pytest.raises(RunError, match="--max-errors allows 0"):
        read_all(folder, max_errors=0)
    results, told = read_all(folder, max_errors=1)
    assert told[0].done >= 32
    assert results.missing == []


def test_a_source_without_pictures_is_said_so(tmp_path, read_all):
    with pytest.raises(DataError, match="no pictures"):
        read_all(str(tmp_path))


def test_a_model_that_is_no_model_ends_the_run(folder, read_all):
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


def test_the_least_sure_of_all_is_shown_though_its_confidence_is_rounded_to_0(
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
    with pytest.raises(RunError, match="the paths of the pictures"):
        read_all(folder)


def test_a_file_whose_name_is_no_utf8_is_read(tmp_path, digits, read_all, rows_of):
    (tmp_path / "scans").mkdir()
    (tmp_path / "scans" / os.fsdecode(b"caf\xe9.png")).write_bytes(digits[0])
    results, _ = read_all(str(tmp_path / "scans"))
    (row,) = rows_of(results)
    assert row["text"] == "7"
    assert row["path"].endswith("caf\\udce9.png")
