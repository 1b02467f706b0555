import importlib
import os
import time
from pathlib import Path

import pytest

from inkten.batch.worker import Job
from inkten.batch.worker_pool import DIED, WorkerPool
from inkten.errors import RunError

DEADLY = """
import os, signal
from inkten.batch.worker import error_row

def read(job, paths):
    '''Some pictures end their process, as one does that is too large for the memory.'''
    if any("deadly" in path for path in paths):
        os.kill(os.getpid(), signal.SIGKILL)
    return [error_row(job, path, "read") for path in paths]
"""


@pytest.fixture
def read(tmp_path, monkeypatch):
    (tmp_path / "deadly_reader.py").write_text(DEADLY)
    monkeypatch.syspath_prepend(tmp_path)
    return importlib.import_module("deadly_reader").read


def test_a_picture_that_ends_its_process_is_a_row_and_all_others_are_read(read):
    chunked = [["0", "1"], ["2", "deadly", "4"], ["5"], ["6", "7"]]
    with WorkerPool(Job(), 1, read) as pool:
        chunks = list(pool.read(chunked))
    rows = [(row["path"], row["error"]) for rows in chunks for row in rows]
    assert [path for path, _ in rows] == ["0", "1", "2", "deadly", "4", "5", "6", "7"]
    assert {path: error for path, error in rows if error != "read"} == {"deadly": DIED}


def test_numpy_uses_one_thread_so_that_the_engines_agree(read, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "")  # restored afterwards
    monkeypatch.delenv("OMP_NUM_THREADS")
    with WorkerPool(Job(), 1, read):
        assert os.environ["OMP_NUM_THREADS"] == "1"


def test_no_process_outlives_a_killed_run(folder, command, kill_when_written):
    arguments = [*[folder] * 20, "--out", "results", "--part-size", 32, "--workers", 1]
    process = command(*arguments)
    kill_when_written(process, Path("results/part-000000.parquet"))
    for _ in range(400):
        try:
            os.killpg(process.pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    pytest.fail("a process outlived the one that started it")


def test_processes_that_cannot_start_end_the_run_and_blame_no_picture(
    read, monkeypatch
):
    monkeypatch.setattr("inkten.batch.worker_pool._set_up", os._exit)
    with (
        WorkerPool(Job(), 1, read, seconds_per_picture=1) as pool,
        pytest.raises(RunError, match="end as soon as they start"),
    ):
        list(pool.read([["0", "1"]]))


SLOW = """
import time
from inkten.batch import watchdog
from inkten.batch.worker import error_row

def read(job, paths):
    '''One picture takes forever; each row says how many were read together.'''
    rows = []
    for path in paths:
        watchdog.start_picture()
        time.sleep(600 if path == "endless" else 0.01)
        rows.append(error_row(job, path, f"{len(paths)} together"))
    watchdog.stop()
    return rows
"""


@pytest.fixture
def read_slowly(tmp_path, monkeypatch):
    (tmp_path / "slow_reader.py").write_text(SLOW)
    monkeypatch.syspath_prepend(tmp_path)
    return importlib.import_module("slow_reader").read


def test_a_picture_that_takes_too_long_is_a_row_and_all_others_are_read(read_slowly):
    chunked = [["0", "1"], ["2", "endless", "4"], ["5"], ["6", "7"]]
    with WorkerPool(Job(), 1, read_slowly, seconds_per_picture=0.5) as pool:
        chunks = list(pool.read(chunked))
        assert len(list(pool.read([["8"]]))) == 1  # the pool can still be used
    assert [(row["path"], row["error"]) for rows in chunks for row in rows] == [
        ("0", "2 together"),
        ("1", "2 together"),
        ("2", "1 together"),
        ("endless", "reading it took more than 0.5 seconds, the limit"),
        ("4", "1 together"),
        ("5", "1 together"),
        ("6", "2 together"),  # it only waited when the process was ended
        ("7", "2 together"),
    ]


def test_the_time_limit_does_not_end_an_idle_process(read_slowly):
    with WorkerPool(Job(), 1, read_slowly, seconds_per_picture=0.2) as pool:
        for path in ("0", "1"):
            ((row,),) = pool.read([[path]])
            assert row["error"] == "1 together"
            time.sleep(0.5)
