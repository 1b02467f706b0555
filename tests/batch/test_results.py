import errno
from dataclasses import replace
from pathlib import Path

import pytest

from inkten import PictureError, RunError
from inkten.batch.plan import Plan
from inkten.batch.results import (
    MANIFEST,
    encode_part,
    exclusive_lock,
    open_results,
    part_path,
    remove_partials,
    store_part,
)
from inkten.batch.row import row_of
from inkten.batch.table import Form, table_of

PLAN = Plan(
    sources=["photos"],
    form="jsonl",
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
    content, finished = encode_part(number, 1, table_of(rows), Form.JSONL)
    store_part(results.folder, number, content, Form.JSONL)
    results.note(finished)


@pytest.fixture
def begun(tmp_path):
    """Results of which the parts 0 and 1 are finished."""
    results = open_results(tmp_path, PLAN)
    finish(results, 0)
    finish(results, 1)
    return results


def test_finished_parts_are_not_read_again(begun, tmp_path):
    again = open_results(tmp_path, PLAN)
    assert again.missing == [2]
    assert [table["path"].to_pylist() for table in again.tables()] == [
        ["0.png"],
        ["1.png"],
    ]


def test_a_line_that_was_cut_is_as_if_it_had_not_been_written(begun, tmp_path):
    manifest = tmp_path / MANIFEST
    manifest.write_text(manifest.read_text()[:-9])
    again = open_results(tmp_path, PLAN)
    assert again.missing == [1, 2]
    finish(again, 1)
    assert open_results(tmp_path, PLAN).missing == [2]


def test_a_part_that_vanished_or_was_cut_is_read_again(begun, tmp_path):
    part_path(tmp_path, 0, Form.JSONL).unlink()
    part_path(tmp_path, 1, Form.JSONL).write_text("{")
    assert open_results(tmp_path, PLAN).missing == [0, 1, 2]


def test_results_that_were_begun_otherwise_are_refused_with_the_reason(begun, tmp_path):
    asked = replace(PLAN, model="mlp", min_confidence=0.5)
    with pytest.raises(RunError) as refused:
        open_results(tmp_path, asked)
    assert "--model was cnn and is mlp" in str(refused.value)
    assert "--min-confidence was 0.0 and is 0.5" in str(refused.value)
    assert open_results(tmp_path, PLAN).missing == [2]


def test_a_folder_of_something_else_is_refused(tmp_path):
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


def test_what_a_kill_left_half_written_is_swept_and_nothing_else(tmp_path):
    left = [".part-000000.jsonl.123.partial", "._manifest.jsonl.123.partial"]
    others = [".video.mp4.partial", "part-000000.jsonl"]
    for name in (*left, *others):
        (tmp_path / name).touch()
    (tmp_path / ".run.partial").mkdir()
    remove_partials(tmp_path)
    kept = sorted(path.name for path in tmp_path.iterdir())
    assert kept == sorted([*others, ".run.partial"])


def test_a_folder_that_cannot_be_made_is_said_so(tmp_path):
    (tmp_path / "file").touch()
    with (
        pytest.raises(RunError, match="cannot be written"),
        exclusive_lock(tmp_path / "file"),
    ):
        pass


def test_a_full_disk_loses_no_finished_part(begun, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", full)
        with pytest.raises(RunError, match=r"No space left.*PartRecord parts are kept"):
            finish(begun, 2)
    assert open_results(tmp_path, PLAN).missing == [2]


def test_a_damaged_manifest_costs_only_the_parts_that_it_no_longer_tells(
    begun, tmp_path
):
    plan, first, _ = (tmp_path / MANIFEST).read_bytes().splitlines()
    (tmp_path / MANIFEST).write_bytes(b"\n".join([plan, b"7", b"\xff", first]))
    assert open_results(tmp_path, PLAN).missing == [1, 2]
