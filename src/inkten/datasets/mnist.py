"""MNIST: 70,000 handwritten digits that ship with the package, or your own copy.

data = mnist.load()                  # the embedded files
data = mnist.load(Path("my-data"))   # IDX files, .gz or not, or mnist.npz
"""

import hashlib
import zipfile
import zlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inkten.datasets.idx import MAX_BYTES, Bytes, parse_file, read_bounded
from inkten.errors import DataError

SIDE = 28  # pixels: every MNIST picture is 28x28
VALIDATION_SHARE = 12  # one in twelve: the last 5,000 of MNIST's 60,000

EMBEDDED = Path(__file__).parent / "mnist_files"
SHA256 = {
    "train-images-idx3-ubyte.gz": (
        "7ff28fd295f802eefc6d40e461175dfe4b969b1842b2abc8c6dc8c20711cf79f"
    ),
    "train-labels-idx1-ubyte.gz": (
        "81a978ae83d39ffdba0db3ce2fcaf80a8921e9629e874428996a2b03242d4b2a"
    ),
    "t10k-images-idx3-ubyte.gz": (
        "197e111ae341b0770be9011ac5e622d0e6cd1c640b32eb0de5dc1dd26cc6e182"
    ),
    "t10k-labels-idx1-ubyte.gz": (
        "b91679a0acfe4ba0e50a2437a903084cba1f5f92592b016a25a7dfd00455798b"
    ),
}

IDX_NAMES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)
NPZ_KEYS = ("x_train", "y_train", "x_test", "y_test")  # as in keras.datasets


@dataclass(frozen=True, eq=False)
class Part:
    """Pictures (N, 28, 28) uint8, ink = 255, and their digits (N,) uint8."""

    images: Bytes
    labels: Bytes

    def __len__(self) -> int:
        """The number of pictures."""
        return len(self.images)


@dataclass(frozen=True, eq=False)
class Mnist:
    """Training and test pictures, and the split that every choice is based on.

    Choices (a learning rate, a threshold, a number of epochs) are made by training on
    `fit_part` and measuring on `validation_part`. The test pictures are only for the
    final figure.
    """

    train_images: Bytes  # (60000, 28, 28), ink = 255
    train_labels: Bytes  # (60000,)
    test_images: Bytes  # (10000, 28, 28)
    test_labels: Bytes  # (10000,)
    name: str = "MNIST"  # what model cards call it

    @property
    def train_part(self) -> Part:
        """All training pictures."""
        return Part(self.train_images, self.train_labels)

    @property
    def fit_part(self) -> Part:
        """The first eleven twelfths of the training pictures: 55,000 of MNIST."""
        return Part(self.train_images[: self._cut], self.train_labels[: self._cut])

    @property
    def validation_part(self) -> Part:
        """The last twelfth of the training pictures: 5,000 of MNIST."""
        return Part(self.train_images[self._cut :], self.train_labels[self._cut :])

    @property
    def test_part(self) -> Part:
        """The test pictures."""
        return Part(self.test_images, self.test_labels)

    @property
    def _cut(self) -> int:
        count = len(self.train_images)
        return count - count // VALIDATION_SHARE

    @cached_property
    def checksum(self) -> str:
        """SHA-256 of the arrays, whatever format they were stored in."""
        digest = hashlib.sha256()
        for part in (self.train_part, self.test_part):
            for array in (part.images, part.labels):
                digest.update(repr(array.shape).encode())
                digest.update(np.ascontiguousarray(array).data)
        return digest.hexdigest()


def as_tiles(images: Bytes) -> NDArray[np.float32]:
    """Scale (N, 28, 28) uint8, ink = 255, to the networks' input: float32, ink = 1."""
    return images.astype(np.float32) / np.float32(255)


def load(data_dir: Path | None = None) -> Mnist:
    """Load MNIST, or other pictures in its format.

    Args:
        data_dir: None for the embedded files; or a folder with the four IDX files
            (``train-images-idx3-ubyte`` or ``train-images.idx3-ubyte``, with or
            without ``.gz``) or with ``mnist.npz``; or the path of an ``.npz`` file.
            Any number of pictures is fine.

    Raises:
        DataError: a file is missing, damaged, or in another format.
    """
    if data_dir is None:
        arrays = [_read_embedded(f"{name}.gz") for name in IDX_NAMES]
        return _checked(arrays, "the embedded MNIST")
    npz = data_dir if data_dir.suffix == ".npz" else data_dir / "mnist.npz"
    if npz.is_file():
        return _checked(_read_npz(npz), str(npz))
    files = [_find_idx(data_dir, name) for name in IDX_NAMES]
    arrays = [parse_file(read_bounded(file), file) for file in files]
    return _checked(arrays, str(data_dir))


def _read_embedded(name: str) -> Bytes:
    path = EMBEDDED / name
    content = read_bounded(path)
    found = hashlib.sha256(content).hexdigest()
    if found != SHA256[name]:
        raise DataError(
            f"{path}: SHA-256 is {found[:12]}..., expected {SHA256[name][:12]}... "
            "The installed file has changed: reinstall inkten."
        )
    return parse_file(content, path)


def _find_idx(folder: Path, name: str) -> Path:
    dotted = name.replace("-idx", ".idx")  # the spelling of some copies
    spellings = (name, f"{name}.gz", dotted, f"{dotted}.gz")
    for spelling in spellings:
        if (folder / spelling).is_file():
            return folder / spelling
    raise DataError(
        f"{folder}: {name} is missing; expected the four MNIST files (with or "
        "without .gz) or mnist.npz. Without a folder, inkten uses its own copy."
    )


def _read_npz(path: Path) -> list[Bytes]:
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
        if size > 2 * MAX_BYTES:
            raise DataError(
                f"{path}: {size:,} bytes uncompressed; expected at most "
                f"{2 * MAX_BYTES:,}. Use a smaller file."
            )
        with np.load(path, allow_pickle=False) as archive:
            missing = [key for key in NPZ_KEYS if key not in archive]
            if missing:
                raise DataError(
                    f"{path}: {', '.join(missing)} missing; expected the arrays "
                    f"{', '.join(NPZ_KEYS)}. Save them with numpy.savez."
                )
            return [archive[key] for key in NPZ_KEYS]
    except (
        *(OSError, EOFError, ValueError, MemoryError),  # a damaged array
        *(zipfile.BadZipFile, zlib.error),  # a damaged archive
        RuntimeError,  # an encrypted archive
    ) as error:
        raise DataError(
            f"{path}: cannot be read ({error}); expected an .npz of plain arrays. "
            "Download the file again."
        ) from error


def _checked(arrays: list[Bytes], source: str) -> Mnist:
    """Check the four arrays and put them together."""
    train_images, train_labels, test_images, test_labels = arrays
    train = _checked_part(train_images, train_labels, f"{source}, training")
    test = _checked_part(test_images, test_labels, f"{source}, test")
    return Mnist(train.images, train.labels, test.images, test.labels)


def _checked_part(images: Bytes, labels: Bytes, source: str) -> Part:
    if images.shape[1:] != (SIDE, SIDE) or images.dtype != np.uint8 or not len(images):
        raise DataError(
            f"{source}: pictures are {images.shape} {images.dtype}; expected "
            "(N, 28, 28) uint8. Check that no file names are mixed up."
        )
    if labels.shape != images.shape[:1] or labels.dtype.kind not in "ui":
        raise DataError(
            f"{source}: labels are {labels.shape} {labels.dtype} for {len(images):,} "
            "pictures; expected one integer each. Check that they belong together."
        )
    if labels.min() < 0 or labels.max() > 9:
        raise DataError(
            f"{source}: labels run from {labels.min()} to {labels.max()}; expected "
            "digits 0 to 9. Remove the other classes."
        )
    return Part(images, labels.astype(np.uint8, copy=False))
