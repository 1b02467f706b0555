import importlib
import os
import time
from pathlib import Path

import pytest

from inkten.batch.worker import Job
from inkten.batch.worker_pool import DIED, WorkerPool

DEADLY = """
import os, signal
from inkten.batch.worker import failed

def read(job, paths):
    '''Some pictures end their process, as one that is too large for the memory does.'''
    if any("deadly" in path for path in paths):
        os.kill(os.getpid(), signal.SIGKILL)
    return [failed(job, path, "read") for path in paths]
"""


@pytest.fixture
def read(tmp_path, monkeypatch):
    (tmp_path / "deadly_reader.py").write_text(DEADLY)
    monkeypatch.syspath_prepend(tmp_path)
    return importlib.import_module("deadly_reader").read


def test_a_picture_that_ends_its_process_is_a_row_and_the_others_are_read(read):
    chunked = [["0", "1"], ["2", "deadly", "4"], ["5"], ["6", "7"]]
    with WorkerPool(Job(), 1, read) as crew:
        read = list(crew.read(chunked))
    rows = [(row["path"], row["error"]) for rows in read for row in rows]
    assert [path for path, _ in rows] == ["0", "1", "2", "deadly", "4", "5", "6", "7"]
    assert {path: error for path, error in rows if error != "read"} == {"deadly": DIED}


def test_processes_sum_on_one_thread_so_that_engines_agree(read, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "")  # put back afterwards
    monkeypatch.delenv("OMP_NUM_THREADS")
    with WorkerPool(Job(), 1, read):
        assert os.environ["OMP_NUM_THREADS"] == "1"


def test_no_process_outlives_a_killed_run(folder, command, killed_when_there):
    arguments = [*[folder] * 20, "--out", "results", "--part-size", 32, "--workers", 1]
    run = command(*arguments)
    killed_when_there(run, Path("results/part-000000.parquet"))
    for _ in range(400):
        try:
            os.killpg(run.pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    pytest.fail("a process goes on without the one that started it")
