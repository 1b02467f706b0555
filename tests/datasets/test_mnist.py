import gzip
import hashlib
import shutil

import numpy as np
import pytest

from inkten.datasets import mnist
from inkten.datasets.idx import MAX_BYTES, parse_idx
from inkten.errors import DataError

HEAD_OF_FIVE = bytes([0, 0, 8, 1, 0, 0, 0, 5])  # of an IDX file with five labels
PUBLISHED_MD5 = "6bbc9ace898e44ae57da46a324031adb"  # train-images-idx3-ubyte


@pytest.fixture(scope="module")
def embedded():
    return mnist.load()


@pytest.fixture
def arrays():
    """Seven training and three test pictures, in the order of the files."""
    rng = np.random.default_rng(0)
    return (
        rng.integers(0, 256, (7, 28, 28), np.uint8),
        rng.integers(0, 10, 7, np.uint8),
        rng.integers(0, 256, (3, 28, 28), np.uint8),
        rng.integers(0, 10, 3, np.uint8),
    )


@pytest.fixture
def write_idx(idx):
    """A function that writes the four arrays to the files of a folder."""

    def write_idx(folder, arrays, spell="{}", pack=bytes):
        for name, array in zip(mnist.IDX_NAMES, arrays, strict=True):
            (folder / spell.format(name)).write_bytes(pack(idx(array)))

    return write_idx


def test_the_embedded_files_are_the_published_mnist(embedded, idx):
    assert embedded.train_images.shape == (60_000, 28, 28)
    assert embedded.train_labels.shape == (60_000,)
    assert embedded.test_images.shape == (10_000, 28, 28)
    assert embedded.test_labels.shape == (10_000,)
    assert embedded.train_labels[:5].tolist() == [5, 0, 4, 1, 9]
    digest = hashlib.md5(idx(embedded.train_images), usedforsecurity=False)
    assert digest.hexdigest() == PUBLISHED_MD5


def test_the_split_is_the_first_55000_and_the_last_5000(embedded):
    assert len(embedded.fit_part) == 55_000
    assert len(embedded.validation_part) == 5_000
    assert (embedded.validation_part.images[-1] == embedded.train_images[-1]).all()
    assert (embedded.fit_part.labels == embedded.train_labels[:55_000]).all()


def test_every_format_of_the_same_data_has_the_same_checksum(
    tmp_path, arrays, write_idx, idx
):
    for name in ("plain", "dotted", "npz"):
        (tmp_path / name).mkdir()
    write_idx(tmp_path / "plain", arrays)
    for name, array in zip(mnist.IDX_NAMES, arrays, strict=True):
        dotted = name.replace("-idx", ".idx") + ".gz"
        (tmp_path / "dotted" / dotted).write_bytes(gzip.compress(idx(array)))
    npz = tmp_path / "npz" / "mnist.npz"
    np.savez_compressed(npz, **dict(zip(mnist.NPZ_KEYS, arrays, strict=True)))
    paths = [tmp_path / "plain", tmp_path / "dotted", npz.parent, npz]
    loaded = [mnist.load(path) for path in paths]
    assert len({data.checksum for data in loaded}) == 1
    assert (loaded[0].test_images == arrays[2]).all()


def test_a_modified_embedded_file_is_refused(tmp_path, monkeypatch):
    shutil.copytree(mnist.EMBEDDED, tmp_path / "files")
    changed = tmp_path / "files" / "t10k-labels-idx1-ubyte.gz"
    changed.chmod(0o644)
    changed.write_bytes(changed.read_bytes()[:-1] + b"x")
    monkeypatch.setattr(mnist, "EMBEDDED", tmp_path / "files")
    with pytest.raises(DataError, match=r"t10k-labels.*SHA-256"):
        mnist.load()


def test_a_missing_file_is_named(tmp_path, arrays, write_idx):
    write_idx(tmp_path, arrays)
    (tmp_path / "t10k-images-idx3-ubyte").unlink()
    with pytest.raises(DataError, match="t10k-images-idx3-ubyte is missing"):
        mnist.load(tmp_path)


@pytest.mark.parametrize(
    ("place", "array", "message"),
    [
        (1, np.full(7, 10, np.uint8), "labels run from 10 to 10"),
        (1, np.zeros(6, np.uint8), r"labels are \(6,\) uint8 for 7 pictures"),
        (0, np.zeros((7, 32, 32), np.uint8), r"pictures are \(7, 32, 32\)"),
        (2, np.zeros((0, 28, 28), np.uint8), r"pictures are \(0, 28, 28\)"),
        (3, np.zeros((3, 28, 28), np.uint8), r"labels are \(3, 28, 28\)"),
    ],
)
def test_data_in_another_format_is_refused(
    tmp_path, arrays, place, array, message, write_idx
):
    wrong = list(arrays)
    wrong[place] = array
    write_idx(tmp_path, wrong)
    with pytest.raises(DataError, match=message):
        mnist.load(tmp_path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "nothing"),
        (b"\x89PNG\r\n\x1a\n", "starts with 89 50 4e 47"),
        (bytes([0, 0, 8, 3, 0, 0]), "header of 6 bytes"),
        (bytes([0, 0, 8, 200]) + bytes(900), "200 axes"),
        (HEAD_OF_FIVE + bytes(4), "has 12 bytes; its header announces 13"),
        (HEAD_OF_FIVE + bytes(6), "has 14 bytes; its header announces 13"),
        (bytes([0, 0, 8, 3]) + b"\xff" * 12, "announces 79,228,162,458,924,105,"),
    ],
)
def test_a_damaged_idx_file_is_refused(content, message):
    with pytest.raises(DataError, match=message):
        parse_idx(content)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda packed: packed[:-20], "ends too early"),
        (lambda packed: b"no gzip" + packed, "is damaged"),
        (lambda packed: packed[:-8] + b"\0" * 8, "is damaged"),  # the checksum of gzip
    ],
)
def test_a_damaged_gzip_file_is_refused(tmp_path, arrays, damage, message, write_idx):
    write_idx(tmp_path, arrays, "{}.gz", lambda plain: damage(gzip.compress(plain)))
    with pytest.raises(DataError, match=message):
        mnist.load(tmp_path)


def test_a_gzip_file_that_would_exhaust_memory_is_refused(
    tmp_path, arrays, monkeypatch, write_idx
):
    monkeypatch.setattr("inkten.datasets.idx.MAX_BYTES", 5_000)
    blank = [np.zeros_like(array) for array in arrays]  # 5,488 bytes become 50
    write_idx(tmp_path, blank, "{}.gz", gzip.compress)
    with pytest.raises(DataError, match="more than 5,000 bytes uncompressed"):
        mnist.load(tmp_path)


def test_a_file_that_is_too_large_is_not_opened(tmp_path, arrays, write_idx):
    write_idx(tmp_path, arrays)
    with (tmp_path / "train-images-idx3-ubyte").open("ab") as file:
        file.truncate(MAX_BYTES + 1)  # sparse: takes no space
    with pytest.raises(DataError, match="expected at most"):
        mnist.load(tmp_path)


def test_a_pickled_damaged_or_incomplete_npz_is_refused(tmp_path, arrays):
    pickled = dict(zip(mnist.NPZ_KEYS, arrays, strict=True))
    pickled["y_test"] = np.array([{}], object)
    np.savez(tmp_path / "pickled.npz", **pickled)
    np.savez(tmp_path / "partial.npz", x_train=arrays[0])
    (tmp_path / "damaged.npz").write_bytes(b"PK\3\4 and no more")
    for name, message in (
        ("pickled", "cannot be read"),
        ("partial", "y_train, x_test, y_test missing"),
        ("damaged", "cannot be read"),
    ):
        with pytest.raises(DataError, match=message):
            mnist.load(tmp_path / f"{name}.npz")
