"""Ray runs in processes of its own: it leaves threads and warnings behind."""

import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("ray")


def test_ray_gives_the_same_rows_even_after_a_kill(
    folder, read_all, rows_of, command, kill_when_written
):
    sources = [folder] * 10
    expected = rows_of(read_all(*sources, out=Path("undisturbed"))[0])
    arguments = [*sources, "--out", "results", "--part-size", 32, "--workers", 1]
    arguments += ["--engine", "ray"]
    kill_when_written(command(*arguments), Path("results/part-000002.parquet"))
    again = command(*arguments)
    _, errors = again.communicate()
    assert again.returncode == 1, errors  # there are bad pictures
    results, reported = read_all(*sources)
    assert reported[0].done == 700
    assert rows_of(results) == expected


def test_an_unreachable_cluster_is_named(folder, command):
    address = "127.0.0.1:1"
    process = command(
        folder, "--out", "results", "--engine", "ray", "--ray-address", address
    )
    _, errors = process.communicate()
    assert process.returncode == 1
    assert f"Ray cannot be reached at {address}" in errors.splitlines()[-1]


LISTENING = """
from inkten.batch import ray_engine
ray_engine._set_environment(None)
ray_engine._connect(None, 1)
import psutil  # comes with Ray
for process in psutil.Process().children(recursive=True):
    for socket in process.connections("tcp"):
        if socket.status == psutil.CONN_LISTEN:
            print(socket.laddr.ip)
"""


def test_a_local_cluster_listens_on_this_machine_only():
    script = subprocess.run(
        [sys.executable, "-c", LISTENING], capture_output=True, text=True, check=True
    )
    addresses = set(script.stdout.split())
    assert addresses
    assert addresses <= {"127.0.0.1", "::ffff:127.0.0.1", "::1"}
