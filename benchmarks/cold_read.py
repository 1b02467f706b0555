"""Time and memory to read one picture from a cold start.

    python benchmarks/cold_read.py --runs 5

The complete process `inkten read examples/digit.jpg` is compared with a typical script:
TensorFlow loads the network 784-50-50-10 as a Keras model and predicts. The two take
turns, so that other load on the machine affects both. The script's network is
untrained: time and memory do not depend on its weights, and its answer is ignored.
"""

import argparse
import os
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from environments import INKTEN, usual_variables
from figures import conditions, print_conditions, print_table, write_json

VARIABLES = {**usual_variables(), "KERAS_BACKEND": "tensorflow"}
PICTURE = Path(__file__).parents[1] / "examples" / "digit.jpg"
PEAK_UNIT = 1 if sys.platform == "darwin" else 1024  # ru_maxrss: bytes, or KiB
SCRIPT = """
import sys
import cv2
import keras

model_path, picture_path = sys.argv[1:]
model = keras.models.load_model(model_path)
picture = cv2.imread(picture_path)
gray = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
small = cv2.resize(gray, (28, 28)) / 255.0
prediction = model.predict(small.reshape(1, 28, 28), verbose=0)
print(prediction.argmax())
"""


class Cold(NamedTuple):
    """What one process used."""

    seconds: float  # wall, from start to exit
    processor: float  # seconds of processor time on all cores
    peak_mb: float  # resident, 10^6 bytes


def make_model(path: Path) -> None:
    """Save the network as a Keras model, in a separate process."""
    saving = (
        "import sys; from inkten.training.networks import mlp; mlp().save(sys.argv[1])"
    )
    subprocess.run([sys.executable, "-c", saving, str(path)], env=VARIABLES, check=True)


def run_cold(command: list[str]) -> Cold:
    """Run a command once; its output is ignored, but a failure is an error."""
    with tempfile.TemporaryFile() as errors:
        start = time.perf_counter()
        process = subprocess.Popen(
            command, env=VARIABLES, stdout=subprocess.DEVNULL, stderr=errors
        )
        _, status, usage = os.wait4(
            process.pid, 0
        )  # the only call that reports the peak
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            errors.seek(0)
            sys.exit(f"{shlex.join(command)} failed:\n{errors.read().decode()}")
    processor = usage.ru_utime + usage.ru_stime
    return Cold(seconds, processor, usage.ru_maxrss * PEAK_UNIT / 1e6)


def rows(times: dict[str, list[Cold]]) -> list[list[str]]:
    """Medians and the highest peak of each command, then the ratios.

    Processor time hardly changes when the machine is busy, unlike wall time.
    """
    figures = {
        name: (
            statistics.median(run.seconds for run in runs),
            statistics.median(run.processor for run in runs),
            max(run.peak_mb for run in runs),
        )
        for name, runs in times.items()
    }
    ratios = (theirs / ours for ours, theirs in zip(*figures.values(), strict=True))
    return [
        *(
            [name, f"{seconds:.2f}", f"{processor:.2f}", f"{peak:.0f}"]
            for name, (seconds, processor, peak) in figures.items()
        ),
        ["times less", *(f"{ratio:.1f}" for ratio in ratios)],
    ]


def main() -> None:
    """Run both commands in turn, then print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--runs", type=int, default=5, help="cold starts of each command"
    )
    parser.add_argument("--json", type=Path, help="write all figures to this file")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        script, model = Path(folder) / "predict.py", Path(folder) / "model.keras"
        script.write_text(SCRIPT, "utf-8")
        make_model(model)
        commands = {
            "inkten read": [INKTEN, "read", str(PICTURE)],
            "script": [sys.executable, str(script), str(model), str(PICTURE)],
        }
        for command in commands.values():
            run_cold(command)  # not counted; then the files of both are cached
        times: dict[str, list[Cold]] = {name: [] for name in commands}
        for _ in range(args.runs):
            for name, command in commands.items():
                times[name].append(run_cold(command))
    where = conditions(n=args.runs)
    print_conditions(where)
    print_table(("command", "wall, s", "processor, s", "peak, MB"), rows(times))
    runs = {name: [run._asdict() for run in times[name]] for name in times}
    write_json(args.json, where, {"times": runs})


if __name__ == "__main__":
    main()
