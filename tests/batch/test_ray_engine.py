"""Ray, in processes of its own: it leaves threads and warnings where it has been."""

from pathlib import Path

import pytest

pytest.importorskip("ray")


def test_ray_reads_the_same_also_after_a_kill(
    folder, read_all, rows_of, command, killed_when_there
):
    sources = [folder] * 10
    wanted = rows_of(read_all(*sources, out=Path("undisturbed"))[0])
    asked = [*sources, "--out", "results", "--part-size", 32, "--workers", 1]
    asked += ["--engine", "ray"]
    killed_when_there(command(*asked), Path("results/part-000002.parquet"))
    again = command(*asked)
    _, said = again.communicate()
    assert again.returncode == 1, said  # there are bad pictures
    results, told = read_all(*sources)
    assert told[0].done == 700
    assert rows_of(results) == wanted


def test_a_cluster_that_is_not_there_is_said_so(folder, command):
    address = "127.0.0.1:1"
    run = command(
        folder, "--out", "results", "--engine", "ray", "--ray-address", address
    )
    _, said = run.communicate()
    assert run.returncode == 1
    assert f"Ray cannot be reached at {address}" in said.splitlines()[-1]
