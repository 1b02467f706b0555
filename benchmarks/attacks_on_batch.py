"""Attacks on `inkten batch`: on its sources, and on its results."""

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

import pyarrow.csv as csv
from attack_files import blank_webp, page_of, tiff_of_wide_tiles
from attacks_on_service import Sizes
from environments import INKTEN
from serve import digit

PICTURES = 40
PART_SIZE = 10
PATIENCE = 300  # s
PORTS_STEP = 0.1  # s between two looks at the ports
LOOPBACK = {"127.0.0.1", "::1", "::ffff:127.0.0.1"}


def _batch(source: Path, out: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [INKTEN, "batch", str(source), "--out", str(out), "--format", "csv"]
    settings = ["--workers", "1", "--part-size", str(PART_SIZE)]
    return subprocess.run(
        [*command, *settings, *options],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )


def _rows(out: Path) -> dict[str, tuple[str, str]]:
    """The text and the error of each file."""
    rows = {}
    for part in sorted(out.glob("part-*.csv")):
        for row in csv.read_csv(part).select(["path", "text", "error"]).to_pylist():
            rows[Path(row["path"]).name] = (row["text"], row["error"])
    return rows


def _no_files(folder: Path, _: Sizes) -> str:
    """A pipe, a socket, a device and a link to a pipe among the pictures."""
    source = folder / "source"
    source.mkdir()
    (source / "good.png").write_bytes(digit(28))
    os.mkfifo(source / "pipe.png")
    (source / "link.tif").symlink_to("pipe.png")
    (source / "zero.png").symlink_to("/dev/zero")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(source / "socket.png"))
        done = _batch(source, folder / "out")
    rows = _rows(folder / "out")
    errors = sum("expected a file" in error for _, error in rows.values())
    text = f"{errors} rows with an error, {len(rows) - errors} read"
    held = (errors, len(rows), done.returncode) == (4, 5, 1)
    return text if held else f"BROKEN: {text}, status {done.returncode}"


def _slow_picture(folder: Path, sizes: Sizes) -> str:
    """A picture that takes longer than it may, before one that does not."""
    source = folder / "source"
    source.mkdir()
    (source / "a.png").write_bytes(page_of(28 * sizes.digits // 10))
    (source / "b.png").write_bytes(digit(28))
    _batch(source, folder / "out", "--seconds-per-picture", "0.5")
    rows = _rows(folder / "out")
    text = "; ".join(error or "read" for _, error in rows.values())
    held = len(rows) == 2 and rows["a.png"][1] and not rows["b.png"][1]
    return text if held else f"BROKEN: {text}"


def _large_claims(folder: Path, sizes: Sizes) -> str:
    """Files of few bytes that claim, or hold, very many pixels."""
    source = folder / "source"
    source.mkdir()
    (source / "tiles.tif").write_bytes(tiff_of_wide_tiles())
    (source / "pixels.webp").write_bytes(blank_webp(2 * sizes.side))
    _batch(source, folder / "out")
    rows = _rows(folder / "out")
    too_many = "more than 100 million" in rows["tiles.tif"][1]
    text = "; ".join(f"{name}: {error or 'read'}" for name, (_, error) in rows.items())
    return text if too_many and len(rows) == 2 else f"BROKEN: {text}"


def _written(folder: Path) -> Path:
    """The results of some pictures, four parts."""
    source = folder / "source"
    source.mkdir()
    for place in range(PICTURES):
        (source / f"{place}.png").write_bytes(digit(28 + place))
    _batch(source, folder / "out")
    return folder / "out"


def _damaged_part(folder: Path, _: Sizes) -> str:
    """A part with a changed byte."""
    out = _written(folder)
    before = _rows(out)
    part = sorted(out.glob("part-*.csv"))[1]
    content = bytearray(part.read_bytes())
    content[len(content) // 2] ^= 1
    part.write_bytes(content)
    done = _batch(folder / "source", out)
    same = _rows(out) == before and done.returncode == 0
    return "read again" if same else "BROKEN: damaged results"


def _strange_manifest(folder: Path, _: Sizes) -> str:
    """A manifest whose values have other types."""
    out = _written(folder)
    lines = (out / "_manifest").read_text().splitlines()
    record = json.loads(lines[1]) | {"part": "one", "rows": None}
    plan = {"plan": {name: [] for name in json.loads(lines[0])["plan"]}}
    said = []
    for changed in ([lines[0], json.dumps(record)], [json.dumps(plan)], ["[]"]):
        copy = folder / f"copy-{len(said)}"
        shutil.copytree(out, copy)
        (copy / "_manifest").write_text("\n".join(changed) + "\n")
        done = _batch(folder / "source", copy)
        if "Traceback" in done.stderr or done.returncode not in (0, 1, 2):
            return f"BROKEN: {done.stderr[-200:]!r}"
        said.append("read again" if done.returncode == 0 else "refused")
    return ", ".join(said)


def _open_ports(folder: Path, _: Sizes) -> str:
    """Ports that other machines can reach while a batch runs on Ray."""
    if find_spec("ray") is None:
        return "skipped: Ray is not installed"
    source = folder / "source"
    source.mkdir()
    for place in range(PICTURES):
        (source / f"{place}.png").write_bytes(digit(28))
    command = [INKTEN, "batch", str(source), "--out", str(folder / "out")]
    with (folder / "output").open("wb") as output:
        process = subprocess.Popen(
            [*command, "--engine", "ray", "--workers", "1"],
            stdout=output,
            stderr=output,
        )
        opened: set[tuple[str, int]] = set()
        while process.poll() is None:
            opened |= _listening(process.pid)
            time.sleep(PORTS_STEP)
    outside = {port for host, port in opened if host not in LOOPBACK}
    text = f"{len(opened)} ports, {len(outside)} of them open to other machines"
    held = opened and not outside and process.returncode == 0
    return text if held else f"BROKEN: {text}, status {process.returncode}"


def _listening(pid: int) -> set[tuple[str, int]]:
    """The address and port of each socket on which a process or its children listen."""
    import psutil  # comes with Ray

    found = set()
    with suppress(psutil.Error):  # a process that has just ended
        for each in psutil.Process(pid).children(recursive=True):
            for connection in each.net_connections("tcp"):
                if connection.status == psutil.CONN_LISTEN:
                    found.add(tuple(connection.laddr))
    return found


BATCH_ATTACKS: dict[str, Callable[[Path, Sizes], str]] = {
    "pipes and devices": _no_files,
    "slow picture": _slow_picture,
    "large claims": _large_claims,
    "damaged part": _damaged_part,
    "strange manifest": _strange_manifest,
    "ports of Ray": _open_ports,
}
