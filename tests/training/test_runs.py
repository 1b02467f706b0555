import errno
import json
from dataclasses import replace

import numpy as np
import pytest

from inkten.errors import RunError
from inkten.training.networks import mlp
from inkten.training.recipes import FAST
from inkten.training.runs import Run, TrainingPlan

pytestmark = pytest.mark.train
PLAN = TrainingPlan("mlp", replace(FAST, epochs=2), seed=3, data_checksum="0" * 64)


def test_a_checkpoint_restores_weights_optimizer_and_history(tmp_path):
    run = Run.start(tmp_path / "run", PLAN)
    trained, fresh = mlp(), mlp()
    trained.optimizer.build(trained.trainable_variables)
    trained.optimizer.iterations.assign(7)
    history = [{"loss": 0.3, "accuracy": 0.9}, {"loss": 0.1, "accuracy": 0.97}]
    run.save_checkpoint(trained, history)
    assert run.load_checkpoint(fresh) == history
    weights = zip(trained.get_weights(), fresh.get_weights(), strict=True)
    assert all(np.array_equal(saved, loaded) for saved, loaded in weights)
    assert int(fresh.optimizer.iterations) == 7


def test_a_resumed_run_has_the_plan_that_it_was_started_with(tmp_path):
    Run.start(tmp_path / "run", PLAN)
    assert Run.resume(tmp_path / "run", "mlp").plan == PLAN


def test_a_full_disk_stops_a_run_that_can_be_resumed(tmp_path, monkeypatch):
    run = Run.start(tmp_path / "run", PLAN)
    network = mlp()

    def disk_full(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(network, "save_weights", disk_full)
    with pytest.raises(RunError, match=r"No space left.*resume the run") as caught:
        run.save_checkpoint(network, [{"loss": 0.1}])
    assert caught.value.parameter == "resume"


def test_a_run_that_was_killed_before_its_first_step_is_refused(tmp_path):
    run = Run.start(tmp_path / "run", PLAN)
    (run.partial / "config.json").unlink()
    with pytest.raises(RunError, match="stopped before its first step"):
        Run.resume(tmp_path / "run", "mlp")


def test_a_run_is_never_overwritten(tmp_path):
    (tmp_path / "done").mkdir()
    Run.start(tmp_path / "stopped", PLAN)
    with pytest.raises(RunError, match="never overwritten") as caught:
        Run.start(tmp_path / "done", PLAN)
    assert caught.value.parameter == "out"
    with pytest.raises(RunError, match="Resume it") as caught:
        Run.start(tmp_path / "stopped", PLAN)
    assert caught.value.parameter == "resume"


def test_only_an_unfinished_run_of_the_same_network_resumes(tmp_path):
    (tmp_path / "done").mkdir()
    with pytest.raises(RunError, match="is finished"):
        Run.resume(tmp_path / "done", "mlp")
    with pytest.raises(RunError, match="no unfinished run"):
        Run.resume(tmp_path / "none", "mlp")
    run = Run.start(tmp_path / "run", PLAN)
    with pytest.raises(RunError, match="trains the mlp, not the cnn"):
        Run.resume(tmp_path / "run", "cnn")
    (run.partial / "config.json").write_text("{")
    with pytest.raises(RunError, match="is damaged"):
        Run.resume(tmp_path / "run", "mlp")


@pytest.mark.parametrize("network", ["finder", "mlp"])
def test_a_run_of_inkten_0_1_0_is_refused_in_one_line(tmp_path, network):
    run = Run.start(tmp_path / "run", PLAN)
    config = json.loads((run.partial / "config.json").read_text())
    recipe = {"name": "standard", "epochs": 60, "batch_size": 16, "largest_step": 5.0}
    config |= {"network": network, "recipe": recipe}
    (run.partial / "config.json").write_text(json.dumps(config))
    with pytest.raises(RunError, match="another version of inkten") as caught:
        Run.resume(tmp_path / "run", "detector")
    assert "\n" not in str(caught.value)


def test_two_processes_do_not_work_on_one_run(tmp_path):
    run = Run.start(tmp_path / "run", PLAN)
    again = Run.resume(tmp_path / "run", "mlp")
    with run.exclusive():
        with (
            pytest.raises(RunError, match="another run is writing") as caught,
            again.exclusive(),
        ):
            pass
        assert caught.value.parameter == "resume"
    with again.exclusive():
        pass


def test_a_run_that_was_finished_in_the_meantime_does_not_start_again(tmp_path):
    run = Run.start(tmp_path / "run", PLAN)
    again = Run.resume(tmp_path / "run", "mlp")
    run.finish()
    with pytest.raises(RunError, match="finished or deleted"), again.exclusive():
        pass
    assert not again.partial.exists()
