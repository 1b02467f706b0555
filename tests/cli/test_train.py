import shlex
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from inkten.cli.main import app


@pytest.mark.parametrize("choice", [("--seed", "1"), ("--quick",)])
def test_a_resumed_run_takes_no_other_choices(choice):
    done = CliRunner().invoke(app, ["train", "mlp", "--resume", "run", *choice])
    assert done.exit_code == 2
    assert "resumed run keeps its own" in done.output.replace("\n", " ")


def test_the_command_that_goes_on_can_be_typed_as_it_is_told(monkeypatch):
    def stop(*_):
        raise KeyboardInterrupt

    plan = SimpleNamespace(recipe=SimpleNamespace(name="fast"))
    run = SimpleNamespace(folder=Path("my run"), plan=plan)
    rooms = {
        "runs": SimpleNamespace(Plan=None, Run=SimpleNamespace(resume=lambda *_: run)),
        "train": SimpleNamespace(train=stop),
    }
    for name, room in rooms.items():
        monkeypatch.setitem(sys.modules, f"inkten.training.{name}", room)
    monkeypatch.setattr("inkten.datasets.mnist.load", lambda _: None)
    words = ["train", "mlp", "--resume", "my run", "--data-dir", "my digits"]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 130
    told = done.stderr.partition("Go on with: ")[2]
    assert shlex.split(told) == ["inkten", *words]
