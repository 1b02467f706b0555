import shlex
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from inkten.cli.main import app


@pytest.mark.parametrize("setting", [("--seed", "1"), ("--quick",)])
def test_a_resumed_run_takes_no_other_settings(setting):
    result = CliRunner().invoke(app, ["train", "mlp", "--resume", "run", *setting])
    assert result.exit_code == 2
    assert "resumed run keeps its own" in result.output.replace("\n", " ")


@pytest.mark.parametrize(
    ("network", "words", "reason"),
    [
        ("detector", ["--data", "mine"], "--data trains a classifier: mlp or cnn"),
        ("line", ["--data", "mine"], "--data trains a classifier: mlp or cnn"),
        ("detector", ["--from", "cnn"], "starts from a .keras file of an earlier run"),
    ],
)
def test_what_only_other_networks_can_do_is_refused(network, words, reason):
    result = CliRunner().invoke(app, ["train", network, *words])
    assert result.exit_code == 2
    assert reason in " ".join(result.output.replace("│", " ").split())


def test_the_command_that_resumes_can_be_typed_as_it_is_printed(monkeypatch):
    def stop(*_):
        raise KeyboardInterrupt

    plan = SimpleNamespace(recipe=SimpleNamespace(name="fast"), own_digits=())
    run = SimpleNamespace(folder=Path("my run"), plan=plan)
    modules = {
        "runs": SimpleNamespace(
            TrainingPlan=None, Run=SimpleNamespace(resume=lambda *_: run)
        ),
        "train": SimpleNamespace(train=stop),
    }
    for name, module in modules.items():
        monkeypatch.setitem(sys.modules, f"inkten.training.{name}", module)
    monkeypatch.setattr("inkten.datasets.mnist.load", lambda _: None)
    words = ["train", "mlp", "--resume", "my run", "--data-dir", "my digits"]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 130
    command = result.stderr.partition("Resume with: ")[2]
    assert shlex.split(command) == ["inkten", *words]


def test_it_says_that_keras_is_loading_before_the_slow_import(monkeypatch):
    monkeypatch.setitem(sys.modules, "inkten.training.runs", None)  # cannot be imported
    monkeypatch.setattr("inkten.datasets.mnist.load", lambda _: None)
    result = CliRunner().invoke(app, ["train", "mlp"])
    assert isinstance(result.exception, ModuleNotFoundError)
    assert result.stderr == "Loading Keras; this may take a while.\n"
