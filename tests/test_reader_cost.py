"""How often a reader runs its detector and decodes a picture."""

import subprocess
import sys

import cv2
import numpy as np
import onnxruntime
import pytest

from inkten import Reader
from inkten.datasets import mnist

REDUCED = (
    cv2.IMREAD_REDUCED_GRAYSCALE_2
    | cv2.IMREAD_REDUCED_GRAYSCALE_4
    | cv2.IMREAD_REDUCED_GRAYSCALE_8
)


@pytest.fixture(scope="module")
def reader():
    return Reader()


@pytest.fixture
def detector_runs(monkeypatch):
    """The number of pictures in each run of the detector's network."""
    run, pictures = onnxruntime.InferenceSession.run, []

    def counted(session, outputs, inputs, *options):
        (array,) = inputs.values()
        if array.shape[3:] == (1,):  # (N, H, W, 1), which no classifier takes
            pictures.append(len(array))
        return run(session, outputs, inputs, *options)

    monkeypatch.setattr(onnxruntime.InferenceSession, "run", counted)
    return pictures


@pytest.fixture
def decoded(monkeypatch):
    """How each picture was decoded: "reduced" or "full"."""
    imdecode, sizes = cv2.imdecode, []

    def recorded(content, flags):
        sizes.append("reduced" if flags & REDUCED else "full")
        return imdecode(content, flags)

    monkeypatch.setattr(cv2, "imdecode", recorded)
    return sizes


def test_pictures_of_alternating_sizes_are_read_together(reader, detector_runs):
    images = mnist.load().test_images[:32]
    pictures = [
        np.pad(image, ((0, 0), (0, 2 * (place % 2))))
        for place, image in enumerate(images)
    ]
    assert {picture.shape for picture in pictures} == {(28, 28), (28, 30)}
    together = list(reader.read_many(pictures))
    assert len(detector_runs) <= 4
    one_by_one = [reader.read(picture) for picture in pictures]
    assert [reading.text for reading in together] == [
        reading.text for reading in one_by_one
    ]
    assert [reading.confidence for reading in together] == pytest.approx(
        [reading.confidence for reading in one_by_one], abs=1e-4
    )


@pytest.mark.parametrize(
    ("height", "expected"), [(600, ["reduced"]), (24, ["reduced", "full"])]
)
def test_a_large_jpeg_is_decoded_at_most_twice_for_all_rotations(
    reader, write, decoded, height, expected
):
    page = write("40", height=height).gray
    large = np.full((3000, 4000), 225, np.uint8)
    large[: page.shape[0], : page.shape[1]] = page
    content = cv2.imencode(".jpg", large)[1].tobytes()
    reader.read(content, rotate="auto")
    assert decoded == expected


READ_A_FULL_PAGE = """
import resource, time
import numpy as np
from inkten import Reader
from inkten.datasets import mnist

digits = np.random.default_rng(0).permutation(mnist.load().test_images)
page = np.full((4000, 4000), 255, np.uint8)
for place in range(14_000):
    row, column = divmod(place, 119)
    y, x = 33 * row, 33 * column
    page[y : y + 28, x : x + 28] = 255 - digits[place % len(digits)]
reader = Reader(threads=2)
reader.read(page[:600, :600])
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
before, start = peak(), time.process_time()
read = len(reader.read(page).digits)
print(read, peak() - before, time.process_time() - start)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="KB are Linux's unit")
def test_a_page_of_14_000_digits_takes_less_than_600_mb_and_10_s_on_two_cores():
    words = [sys.executable, "-c", READ_A_FULL_PAGE]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    read, megabytes, seconds = map(float, done.stdout.split())
    assert read > 13_900
    assert megabytes < 600
    assert seconds < 2 * 10  # of processor time, so that other work does not count


READ_A_LONG_STRIP = """
from pathlib import Path
import numpy as np
from inkten import Reader

def held():
    _, _, after = Path("/proc/self/status").read_text().partition("VmRSS:")
    return int(after.split()[0]) / 1000

reader = Reader(threads=1)
strip = np.full((112, 50_000), 255, np.uint8)
strip[40:68, 30:34] = 0
reader.read(strip[:, :2000])
before = held()
reader.read(strip)
print(held() - before)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")
def test_what_a_large_picture_took_is_freed_after_it():
    words = [sys.executable, "-c", READ_A_LONG_STRIP]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    assert float(done.stdout) < 150  # MB
