import runpy
import shutil
import struct
import sysconfig
import zlib
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, settings

from inkten.classification.classes import CLASSES, NOTHING, class_of
from inkten.classification.classifier import Classifier
from inkten.datasets import mnist
from inkten.models import registry

# Random cases are the same in every run; --hypothesis-profile=search varies them.
BUSY = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("same", derandomize=True, max_examples=150, **BUSY)
settings.register_profile("search", max_examples=5_000, **BUSY)
settings.load_profile("same")

# Without an extra, its tests are left out: 'pip install -e ".[test]"' runs the others.
EXTRAS = {  # a package of an extra: the tests that need it
    "pyarrow": ("batch", "cli/test_batch.py", "signs/test_surfaces.py"),
    "fastapi": ("server", "cli/test_addresses.py", "cli/test_serve.py"),
    "matplotlib": ("synthesis", "training"),
    "playwright": ("forms/test_pages.py",),
}
missing = [package for package in EXTRAS if find_spec(package) is None]
collect_ignore = [path for package in missing for path in EXTRAS[package]]

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
MARGIN = 60  # px of paper on each side
DARK = 40  # gray level of a sign's ink


def pytest_terminal_summary(terminalreporter):
    """Say what was left out."""
    for package in missing:
        left_out = ", ".join(EXTRAS[package])
        terminalreporter.write_line(f"left out without {package}: {left_out}")


@dataclass(frozen=True)
class Page:
    """A picture (H, W) uint8 of written digits, and the box of each digit."""

    gray: np.ndarray
    boxes: np.ndarray  # (N, 4) x, y, width, height


@pytest.fixture(scope="session")
def hand():
    """The most typical MNIST test digit of each value, cropped: (h, w) in 0..1."""
    data = mnist.load()
    cut = []
    for value in range(10):
        images = data.test_images[data.test_labels == value].astype(np.float32)
        distance = ((images - images.mean(0)) ** 2).sum((1, 2))
        typical = images[distance.argmin()].astype(np.uint8)
        x, y, width, height = cv2.boundingRect(typical)
        cut.append(typical[y : y + height, x : x + width] / np.float32(255))
    return cut


@pytest.fixture(scope="session")
def write(hand):
    """A function that writes digits; a space separates numbers, a newline lines."""

    def write(text, height=56, paper=225, ink=40):
        placed, lines = [], text.split("\n")
        for row, line in enumerate(lines):
            x = MARGIN
            for letter in line:
                if letter == " ":
                    x += 2 * height
                    continue
                digit = hand[int(letter)]
                width = round(height * digit.shape[1] / digit.shape[0])
                large = cv2.resize(
                    digit, (width, height), interpolation=cv2.INTER_CUBIC
                )
                placed.append((x, MARGIN + 2 * row * height, np.clip(large, 0, 1)))
                x += width + height // 3
        right = max((x + d.shape[1] for x, _, d in placed), default=3 * MARGIN)
        bottom = MARGIN + (2 * len(lines) - 1) * height + MARGIN
        strength = np.zeros((bottom, right + MARGIN), np.float32)  # of the ink, 0..1
        for x, y, digit in placed:
            strength[y : y + height, x : x + digit.shape[1]] = digit
        gray = paper + (ink - paper) * strength
        gray += np.random.default_rng(7).normal(0, 2, gray.shape)
        boxes = [(x, y, d.shape[1], d.shape[0]) for x, y, d in placed]
        return Page(
            np.clip(gray, 0, 255).round().astype(np.uint8),
            np.array(boxes, np.float32).reshape(-1, 4),
        )

    return write


def shape_of(tile, context):
    """A sign by the shape of the largest piece of ink and its place, or None."""
    _, _, stats, _ = cv2.connectedComponentsWithStats((tile > 0.5).astype(np.uint8))
    if len(stats) == 1:
        return None
    x, y, width, height, area = max(stats[1:].tolist(), key=lambda piece: piece[4])
    ink = tile[max(y - 1, 0) : y + height + 1, max(x - 1, 0) : x + width + 1]
    # By its ink, soft edges too: counted in whole pixels, a bar of 5.4x2.2 is 5x3 or
    # 6x3, as OpenCV's versions resample it.
    is_wide = ink.sum(axis=1).max() >= 2 * ink.sum(axis=0).max()
    middle = context[:, 13:15].max(axis=1)  # of the rows; edges of digits are beside it
    if area > 0.7 * width * height and height <= 6:
        if is_wide and middle[12:16].max() > 0.3:
            return "-"
        if not is_wide and min(width, height) >= 2 and middle[16:20].max() > 0.3:
            return "."
    is_thin = height >= 2 * width and area < 0.36 * width * height
    return "/" if is_thin and middle[12:16].max() > 0.3 else None


@pytest.fixture(scope="session")
def by_shape():
    """A stand-in for a classifier that names signs: it knows three by their shape."""
    digits = Classifier("cnn")

    def classify(tiles):
        assert tiles.shape[1:] == (28, 28, 2)
        chances = np.zeros((len(tiles), len(CLASSES)), np.float32)
        chances[:, :10] = digits(tiles[..., 0])
        for row, tile in zip(chances, tiles, strict=True):
            if name := shape_of(tile[..., 0], tile[..., 1]):
                row[:] = 0
                row[class_of(name)] = 0.95
        chances[:, NOTHING] = 1 - chances.sum(axis=1)
        return np.clip(chances, 0, 1)

    classify.names_signs = True
    return classify


@pytest.fixture(scope="session")
def with_sign(write):
    """A function that writes digits and draws one sign; returns picture and its box."""

    def with_sign(text, sign, place):
        page = write(text)
        gray, height = page.gray.copy(), 56
        if place:
            x, _, width, _ = page.boxes[place - 1]
            start = int(x + width)
        else:
            start = int(page.boxes[0][0]) - 26
        base = int(page.boxes[0][1]) + height
        if sign == ".":
            box = start + 5, base - 9, 9, 9
        elif sign == "-":
            box = start + 1, base - height // 2 - 3, 15, 6
        else:
            box = start + 1, base - height, 15, height
            ends = (box[0] + 14, box[1]), (box[0], box[1] + height)
            cv2.line(gray, *ends, DARK, 3, cv2.LINE_AA)
        if sign != "/":
            x, y, width, high = box
            gray[y : y + high, x : x + width] = DARK
        return gray, box

    return with_sign


@pytest.fixture(scope="session")
def huge_png():
    """A function that makes a PNG of a few bytes whose header claims any size."""

    def chunk(kind, data):
        return (
            struct.pack(">I", len(data))
            + (kind + data)
            + struct.pack(">I", zlib.crc32(kind + data))
        )

    def huge_png(width, height):
        header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
        parts = [(b"IHDR", header), (b"IDAT", zlib.compress(b"")), (b"IEND", b"")]
        return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in parts)

    return huge_png


@pytest.fixture(scope="session")
def mutate():
    """The function that damages files at random."""
    return runpy.run_path(str(BENCHMARKS / "mutate.py"))["mutate"]


@pytest.fixture(scope="session")
def inkten_command():
    """The path of the installed command `inkten`."""
    return Path(sysconfig.get_path("scripts")) / "inkten"


@pytest.fixture(scope="session")
def form_answers():
    """What stands in the fields of examples/form/filled.jpg."""
    return {
        "candidate": 3141595,
        "part_a": 21,
        "part_b": 18,
        "part_c": 43,
        "total": 82,
        "second_marker": True,
    }


@pytest.fixture
def copied(tmp_path, monkeypatch):
    """The shipped model files, copied to where they can be changed."""
    folder = shutil.copytree(registry.HERE, tmp_path / "models")
    monkeypatch.setattr(registry, "HERE", folder)
    monkeypatch.setattr(registry, "CHECKSUMS", folder / "SHA256SUMS")
    return folder


@pytest.fixture(scope="session")
def tiled_tiff():
    """A function that makes a TIFF file of 16x16 pages that claim tiles of a side."""

    def tiled_tiff(*tile_sides):
        pages, start = [b"II*\x00" + struct.pack("<I", 8)], 8
        for number, side in enumerate(tile_sides, 1):
            tags = {256: 16, 257: 16, 258: 8, 259: 5, 262: 1, 277: 1, 322: side}
            tags |= {323: side, 324: 0, 325: 16}
            entries = (struct.pack("<HHII", tag, 4, 1, tags[tag]) for tag in tags)
            page = struct.pack("<H", len(tags)) + b"".join(entries)
            start += len(page) + 4
            following = start if number < len(tile_sides) else 0
            pages.append(page + struct.pack("<I", following))
        return b"".join(pages)

    return tiled_tiff


@dataclass(frozen=True)
class Linear:
    """Logits of digits: weights (784, 10) on ink in 0..1, and a bias (10,)."""

    weights: np.ndarray
    bias: np.ndarray

    def save(self, path, form, shape=(28, 28), classes=10, batch="N", kind="float"):
        """Write it as an ONNX file that takes pictures in a form."""
        onnx = pytest.importorskip("onnx")
        helper, numpy_helper = onnx.helper, onnx.numpy_helper
        gain, offset = form.gain_and_offset
        weights, bias = self.weights / gain, self.bias.copy()
        bias -= offset * weights.sum(axis=0)
        if classes == 11:  # "no digit" is about as likely as the least likely digit
            weights = np.hstack([weights, np.zeros((784, 1))])
            bias = np.append(bias, -5)
        steps = [
            helper.make_node("Cast", ["pictures"], ["numbers"], to=1),
            helper.make_node("Reshape", ["numbers", "flat"], ["pixels"]),
            helper.make_node("MatMul", ["pixels", "weights"], ["weighted"]),
            helper.make_node("Add", ["weighted", "bias"], ["logits"]),
        ]
        match form.scores:
            case "logits":
                last = helper.make_node("Identity", ["logits"], ["scores"])
            case "sigmoids":
                last = helper.make_node("Sigmoid", ["logits"], ["scores"])
            case "probabilities":
                last = helper.make_node("Softmax", ["logits"], ["scores"], axis=1)
        kinds = {"float": onnx.TensorProto.FLOAT, "uint8": onnx.TensorProto.UINT8}
        tensors = {
            "flat": np.array([-1 if batch == "N" else batch, 784]),
            "weights": weights.astype(np.float32),
            "bias": bias.astype(np.float32),
        }
        describe = helper.make_tensor_value_info
        graph = helper.make_graph(
            [*steps, last],
            "linear",
            [describe("pictures", kinds[kind], (batch, *shape))],
            [describe("scores", onnx.TensorProto.FLOAT, (batch, classes))],
            [numpy_helper.from_array(each, name) for name, each in tensors.items()],
        )
        model = helper.make_model(
            graph, ir_version=8, opset_imports=[helper.make_opsetid("", 13)]
        )
        Path(path).write_bytes(model.SerializeToString())
        return path


@pytest.fixture(scope="session")
def linear():
    """A linear classifier, right on about 85 % of MNIST: least squares."""
    part = mnist.load().fit_part
    tiles = mnist.as_tiles(part.images[:6_000]).reshape(-1, 784).astype(np.float64)
    inputs = np.hstack([tiles, np.ones((len(tiles), 1))])
    wanted = 8 * np.eye(10)[part.labels[:6_000]] - 4
    products = inputs.T @ inputs + 30 * np.eye(785)
    solution = np.linalg.solve(products, inputs.T @ wanted)
    return Linear(solution[:-1], solution[-1])
