"""Throughput, latency and overload of `inkten serve`, beside a usual service.

    python benchmarks/serve.py

The load comes from this process over loopback, on the same cores as the service. The
same load goes to a minimal service, FastAPI with a Keras model (`peer_service.py`), in
as many processes. The page is timed in headless Chromium, if that is installed. All of
it takes about three minutes.
"""

import argparse
import asyncio
import io
import shutil
import statistics
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from cold_read import make_model
from environments import INKTEN
from figures import conditions, print_conditions, print_table, write_json
from load import Load, as_fast_as_answered, at_rate, once
from PIL import Image
from processes import Running, running

from inkten.datasets import mnist

READ = "/v1/read"
PNG = "image/png"
FORM = "multipart/form-data; boundary=x"
TARGETS = {28: 400, 280: 60}  # requests/s; latency is measured at half of it
CONNECTIONS = 16
OVERLOAD = 4  # times its throughput
GIVE_UP = 20  # s
SLOW = 0.1  # s: it has recovered when a picture is answered within this time
STROKES = 20
SPEED = (
    *("picture", "n", "failed", "requests/s"),
    *("target", "times target", "p50, p99 at half of it"),
)
OVERLOADED = (f"planned, {OVERLOAD}x", "sent", "read", "answers", "memory", "recovered")
PEERS = ("28x28 PNG as a form", "n", "requests/s", "p50, ms", "MB", "start, s")
SEVEN = [(0.35, 0.25), (0.46, 0.26), (0.57, 0.24), (0.5, 0.5), (0.45, 0.8)]


def digit(side: int) -> bytes:
    """An MNIST test digit as a PNG of ``side`` pixels, dark on light."""
    image = Image.fromarray(255 - mnist.load().test_images[0])
    file = io.BytesIO()
    image.resize((side, side), Image.Resampling.BICUBIC).save(file, "PNG")
    return file.getvalue()


def as_form(content: bytes) -> bytes:
    """A picture as a browser's form sends it."""
    head = b'Content-Disposition: form-data; name="file"; filename="digit.png"'
    return b"--x\r\n%s\r\nContent-Type: image/png\r\n\r\n%s\r\n--x--" % (head, content)


def inkten(workers: int, threads: int | None) -> list[str]:
    """The command that starts the service."""
    command = [INKTEN, "serve", "--port", "PORT", "--workers", str(workers)]
    return [*command, "--threads", str(threads)] if threads else command


def measure_speed(service: Running, seconds: float) -> dict[int, dict[str, float]]:
    """Throughput, and latency at half of the target rate."""
    figures = {}
    for side, target in TARGETS.items():
        url, body = service.address + READ, digit(side)
        full = asyncio.run(
            as_fast_as_answered(
                url, body, PNG, connections=CONNECTIONS, seconds=seconds
            )
        )
        half = asyncio.run(at_rate(url, body, PNG, rate=target / 2, seconds=seconds))
        statuses = full.statuses + half.statuses
        figures[side] = {
            "n": statuses["200"],
            "failed": statuses.total() - statuses["200"],
            "requests_per_s": full.rate,
            "target_per_s": target,
            "half_rate_p50_ms": half.percentile(50),
            "half_rate_p99_ms": half.percentile(99),
        }
    return figures


def measure_overload(service: Running, rate: float, seconds: float) -> dict[str, Any]:
    """Answers at several times its throughput, and how it recovers.

    The load shares the cores, so fewer requests are sent than planned: both are given.
    """
    url, body = service.address + READ, digit(28)
    before = service.memory_mb()
    load: Load = asyncio.run(
        at_rate(url, body, PNG, rate=OVERLOAD * rate, seconds=seconds)
    )
    end = time.perf_counter()
    after = service.memory_mb()
    recovered = None
    while recovered is None and time.perf_counter() < end + GIVE_UP:
        answer = asyncio.run(once(url, body, PNG))
        if answer.seconds and answer.seconds[0] < SLOW:
            recovered = time.perf_counter() - end
    return {
        "planned_per_s": OVERLOAD * rate,
        "sent_per_s": load.statuses.total() / load.wall,
        "answers": dict(load.statuses),
        "read_per_s": load.rate,
        "memory_before_mb": before,
        "memory_after_mb": after,
        "recovered_s": recovered,
    }


def measure_page(service: Running, strokes: int) -> list[float]:
    """Milliseconds from the end of a stroke to its answer on the page."""
    from playwright.sync_api import sync_playwright

    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=[*flags, "--no-first-run", "--disable-sync"],
        )
        page = browser.new_page(bypass_csp=True)  # to time it from inside
        page.goto(service.address)
        page.evaluate(
            """() => {
                let lifted = 0;
                window.times = [];
                addEventListener("pointerup", () => { lifted = performance.now(); });
                new MutationObserver(() => {
                    if (!lifted || !document.querySelector(".digit")) return;
                    window.times.push(performance.now() - lifted);
                    lifted = 0;
                }).observe(document.getElementById("reading"), { childList: true });
            }"""
        )
        box = page.locator("#drawing").bounding_box()
        for done in range(1, strokes + 1):
            for i, (x, y) in enumerate(SEVEN):
                spot = box["x"] + x * box["width"], box["y"] + y * box["height"]
                page.mouse.move(*spot, steps=4)
                if i == 0:
                    page.mouse.down()
            page.mouse.up()
            page.wait_for_function(f"window.times.length >= {done}")
            page.locator("#clear").click()
        times: list[float] = page.evaluate("window.times")
        browser.close()
    return times


def measure_peers(
    seconds: float, workers: int, threads: int | None
) -> dict[str, dict[str, float]]:
    """The same form to both services: requests/s, memory, start."""
    form = as_form(digit(28))
    with tempfile.TemporaryDirectory() as folder:
        model = Path(folder) / "model.keras"
        make_model(model)
        uvicorn = [sys.executable, "-m", "uvicorn", "peer_service:app"]
        options = ["--app-dir", str(Path(__file__).parent), "--port", "PORT"]
        options += ["--workers", str(workers)]
        services = {
            "inkten serve": (inkten(workers, threads), READ),
            "FastAPI and Keras": ([*uvicorn, *options], "/predict"),
        }
        figures = {}
        for name, (command, path) in services.items():
            environment = {"PEER_MODEL": str(model), "KERAS_BACKEND": "tensorflow"}
            with running(command, path, form, FORM, **environment) as service:
                load = asyncio.run(
                    as_fast_as_answered(
                        *(service.address + path, form, FORM),
                        connections=CONNECTIONS,
                        seconds=seconds,
                    )
                )
                figures[name] = {
                    "n": load.statuses["200"],
                    "requests_per_s": load.rate,
                    "p50_ms": load.percentile(50),
                    "memory_mb": service.memory_mb(),
                    "start_s": service.start_seconds,
                }
    return figures


def speed_rows(figures: dict[int, dict[str, float]]) -> list[list[str]]:
    """A row per size of picture."""
    rows = []
    for side, speed in figures.items():
        rate, target = speed["requests_per_s"], speed["target_per_s"]
        p50, p99 = speed["half_rate_p50_ms"], speed["half_rate_p99_ms"]
        cells = [f"{speed['n']:.0f}", f"{speed['failed']:.0f}"]
        cells += [f"{rate:.0f}", f"{target}", f"{rate / target:.2f}"]
        rows.append([f"{side}x{side} PNG", *cells, f"{p50:.0f} ms, {p99:.0f} ms"])
    return rows


def overload_row(figures: dict[str, Any]) -> list[str]:
    """The row of the overload."""
    answers = ", ".join(f"{count} {name}" for name, count in figures["answers"].items())
    memory = f"{figures['memory_before_mb']:.0f} to {figures['memory_after_mb']:.0f} MB"
    rates = [
        f"{figures[f'{what}_per_s']:.0f}/s" for what in ("planned", "sent", "read")
    ]
    recovered = figures["recovered_s"]
    after = f"not in {GIVE_UP} s" if recovered is None else f"{recovered:.2f} s"
    return [*rates, answers, memory, after]


def peer_rows(figures: dict[str, dict[str, float]]) -> list[list[str]]:
    """A row per service, then how many times better."""
    rows = [
        [service, f"{own['n']:.0f}", *(f"{own[name]:.1f}" for name in list(own)[1:])]
        for service, own in figures.items()
    ]
    ours, theirs = figures.values()
    better = [ours["requests_per_s"] / theirs["requests_per_s"]]
    better += [theirs[name] / ours[name] for name in list(ours)[2:]]
    return [*rows, ["times better", "", *(f"{ratio:.1f}" for ratio in better)]]


def main() -> None:
    """Measure one thing after the other, and print each result at once."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--seconds", type=float, default=8, help="duration of each load"
    )
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--threads", type=int)
    parser.add_argument(
        "--strokes", type=int, default=STROKES, help="strokes on the page"
    )
    parser.add_argument("--json", type=Path, help="write every figure to this file")
    arguments = parser.parse_args()
    measured = conditions(
        seconds=arguments.seconds,
        workers=arguments.workers,
        threads=arguments.threads or "cores",
    )
    print_conditions(measured)
    command = inkten(arguments.workers, arguments.threads)
    with running(command, READ, digit(28), PNG) as service:
        speed = measure_speed(service, arguments.seconds)
        print_table(SPEED, speed_rows(speed))
        rate = speed[28]["requests_per_s"]
        overload = measure_overload(service, rate, arguments.seconds)
        print()
        print_table(OVERLOADED, [overload_row(overload)])
        page = None
        if not shutil.which("chromium") or not find_spec("playwright"):
            print("The page is not timed: that needs chromium and playwright.")
        else:
            page = measure_page(service, arguments.strokes)
            p50, p95 = statistics.median(page), np.quantile(page, 0.95)
            print(f"\nLast stroke to answer on the page, n = {len(page)}: ", end="")
            print(f"p50 {p50:.0f} ms, p95 {p95:.0f} ms\n")
    peers = measure_peers(arguments.seconds, arguments.workers, arguments.threads)
    print_table(PEERS, peer_rows(peers))
    figures = {"speed": speed, "overload": overload, "page_ms": page}
    write_json(arguments.json, measured, {**figures, "peers": peers})


if __name__ == "__main__":
    main()
