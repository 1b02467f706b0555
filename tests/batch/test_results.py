import errno
import json
from dataclasses import replace
from pathlib import Path

import pytest

from inkten import PictureError, RunError
from inkten.batch.folder import remove_partials
from inkten.batch.plan import Plan
from inkten.batch.results import (
    MANIFEST,
    encode_part,
    open_results,
    part_path,
    store_part,
)
from inkten.batch.row import row_of
from inkten.batch.table import FileFormat, table_of
from inkten.locks import exclusive_lock

PLAN = Plan(
    sources=["photos"],
    file_format="jsonl",
    part_size=1,
    model="cnn",
    model_sha256="ab",
    detector_sha256="cd",
    single=False,
    rotate=0,
    min_confidence=0.0,
    max_pixels=9,
    max_bytes=9,
    version="1",
    pictures=3,
    paths_sha256="ef",
)


def finish(results, number):
    rows = [row_of(f"{number}.png", 1, PictureError("bad"), 0, "cnn")]
    content, record = encode_part(number, 1, table_of(rows), FileFormat.JSONL)
    store_part(results.folder, number, content, FileFormat.JSONL)
    results.note(record)


@pytest.fixture
def started(tmp_path):
    """Results whose parts 0 and 1 are finished."""
    results = open_results(tmp_path, PLAN)
    finish(results, 0)
    finish(results, 1)
    return results


@pytest.fixture
def edit_manifest(started, tmp_path):
    """A function that changes one value in a line of the manifest."""

    def edit_manifest(line, name, value):
        manifest = tmp_path / MANIFEST
        lines = [json.loads(text) for text in manifest.read_text().splitlines()]
        lines[line][name] = value
        manifest.write_text("".join(f"{json.dumps(each)}\n" for each in lines))

    return edit_manifest


def test_finished_parts_are_not_read_again(started, tmp_path):
    again = open_results(tmp_path, PLAN)
    assert again.missing == [2]
    assert [table["path"].to_pylist() for table in again.tables()] == [
        ["0.png"],
        ["1.png"],
    ]


def test_a_part_whose_line_was_cut_is_read_again(started, tmp_path):
    manifest = tmp_path / MANIFEST
    manifest.write_text(manifest.read_text()[:-9])
    again = open_results(tmp_path, PLAN)
    assert again.missing == [1, 2]
    finish(again, 1)
    assert open_results(tmp_path, PLAN).missing == [2]


def test_a_part_that_vanished_or_was_cut_is_read_again(started, tmp_path):
    part_path(tmp_path, 0, FileFormat.JSONL).unlink()
    part_path(tmp_path, 1, FileFormat.JSONL).write_text("{")
    assert open_results(tmp_path, PLAN).missing == [0, 1, 2]


@pytest.fixture
def flip_a_byte(started, tmp_path):
    """A function that changes one byte of part 1, which keeps its size."""

    def flip_a_byte():
        path = part_path(tmp_path, 1, FileFormat.JSONL)
        content = bytearray(path.read_bytes())
        content[10] ^= 1
        path.write_bytes(content)

    return flip_a_byte


def test_a_part_with_a_changed_byte_is_read_again(flip_a_byte, tmp_path):
    flip_a_byte()
    assert open_results(tmp_path, PLAN).missing == [1, 2]


def test_a_part_with_a_changed_byte_is_not_reported_on(started, flip_a_byte):
    flip_a_byte()
    with pytest.raises(RunError, match=r"part-000001\.jsonl: missing or damaged"):
        list(started.tables())


def test_results_with_other_settings_are_refused_and_the_settings_named(
    started, tmp_path
):
    other = replace(PLAN, model="mlp", model_sha256="gh", min_confidence=0.5)
    with pytest.raises(RunError) as refused:
        open_results(tmp_path, other)
    assert "the model was cnn and is mlp; the model file changed" in str(refused.value)
    assert "the minimum confidence was 0.0 and is 0.5" in str(refused.value)
    assert refused.value.parameter == "out"
    with pytest.raises(RunError, match="the format was jsonl and is csv"):
        open_results(tmp_path, replace(PLAN, file_format="csv"))
    assert open_results(tmp_path, PLAN).missing == [2]


def test_of_many_other_sources_only_the_first_are_named(started, tmp_path):
    sources = [f"{number}.jpg" for number in range(1000)]
    with pytest.raises(RunError) as refused:
        open_results(tmp_path, replace(PLAN, sources=sources))
    assert (
        "the sources were photos and are 0.jpg, 1.jpg, 2.jpg and 997 more. Read only"
    ) in str(refused.value)


def test_unfinished_results_of_inkten_0_1_0_are_refused_in_one_line(tmp_path):
    plan = PLAN.to_dict()
    plan["finder_sha256"] = plan.pop("detector_sha256")
    plan["form"] = plan.pop("file_format")
    (tmp_path / "_manifest.jsonl").write_text(json.dumps({"plan": plan}))
    (tmp_path / "part-000000.jsonl").touch()
    with pytest.raises(RunError, match="another version of inkten") as refused:
        open_results(tmp_path, PLAN)
    assert str(tmp_path) in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_plan_with_other_settings_than_ours_is_of_another_version(
    edit_manifest, tmp_path
):
    edit_manifest(0, "plan", PLAN.to_dict() | {"seed": 1})
    with pytest.raises(RunError, match="another version of inkten"):
        open_results(tmp_path, PLAN)


@pytest.mark.parametrize("plan", [7, None, "photos", []])
def test_a_plan_of_another_type_is_refused_in_one_line(edit_manifest, tmp_path, plan):
    edit_manifest(0, "plan", plan)
    with pytest.raises(RunError, match="first line of _manifest is damaged"):
        open_results(tmp_path, PLAN)


def test_a_setting_of_another_type_is_named_like_any_change(edit_manifest, tmp_path):
    edit_manifest(0, "plan", PLAN.to_dict() | {"part_size": None, "sources": 5})
    with pytest.raises(
        RunError, match=r"the sources were 5 and are photos;.*the part size was None"
    ):
        open_results(tmp_path, PLAN)


@pytest.mark.parametrize(
    ("name", "value"),
    [("part", "1"), ("part", -1), ("part", 9), ("rows", None), ("sha256", 7)],
)
def test_a_part_whose_record_has_another_type_is_read_again(
    edit_manifest, tmp_path, name, value
):
    edit_manifest(2, name, value)
    assert open_results(tmp_path, PLAN).missing == [1, 2]


def test_a_damaged_manifest_costs_only_the_parts_that_it_no_longer_lists(
    started, tmp_path
):
    plan, first, _ = (tmp_path / MANIFEST).read_bytes().splitlines()
    (tmp_path / MANIFEST).write_bytes(b"\n".join([plan, b"7", b"\xff", first]))
    assert open_results(tmp_path, PLAN).missing == [1, 2]


def test_a_folder_with_other_files_is_refused(tmp_path):
    (tmp_path / "letter.txt").touch()
    with pytest.raises(RunError, match=r"letter\.txt"):
        open_results(tmp_path, PLAN)


def test_two_runs_do_not_write_to_one_folder(tmp_path):
    with (
        exclusive_lock(tmp_path),
        pytest.raises(RunError, match="another run"),
        exclusive_lock(tmp_path),
    ):
        pass
    with exclusive_lock(tmp_path):
        pass


def test_a_new_folder_that_nothing_was_written_to_is_removed_again(tmp_path):
    new, written = tmp_path / "new", tmp_path / "written"
    with exclusive_lock(new):
        pass
    with exclusive_lock(written):
        (written / "part").touch()
    with exclusive_lock(tmp_path):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["written"]


def test_half_written_files_of_killed_runs_are_deleted_and_nothing_else(tmp_path):
    partials = [".part-000000.jsonl.123.partial", f".{MANIFEST}.123.partial"]
    others = [".video.mp4.partial", "part-000000.jsonl"]
    for name in (*partials, *others):
        (tmp_path / name).touch()
    (tmp_path / ".run.partial").mkdir()
    remove_partials(tmp_path)
    kept = sorted(path.name for path in tmp_path.iterdir())
    assert kept == sorted([*others, ".run.partial"])


def test_a_folder_that_cannot_be_created_is_named(tmp_path):
    (tmp_path / "file").touch()
    with (
        pytest.raises(RunError, match="cannot be written"),
        exclusive_lock(tmp_path / "file"),
    ):
        pass


def test_a_full_disk_loses_no_finished_part(started, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", full)
        with pytest.raises(RunError, match=r"No space left.*Finished parts are kept"):
            finish(started, 2)
        with pytest.raises(RunError, match=r"_manifest.*Finished parts are kept"):
            open_results(tmp_path, PLAN)
    assert open_results(tmp_path, PLAN).missing == [2]
