import json
import shutil

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from inkten import Limits
from inkten.cli.main import app
from inkten.cli.sources import path_of_url, short_names, sources_of


@pytest.fixture
def save_tiff(pictures, write):
    """A function that saves a TIFF file with a number on each page."""

    def save_tiff(*texts):
        first, *others = (Image.fromarray(write(text).gray) for text in texts)
        first.save("scan.tiff", save_all=True, append_images=others)

    return save_tiff


def run(*arguments):
    return CliRunner().invoke(app, ["read", *map(str, arguments)])


def test_a_pattern_that_the_shell_left_alone_is_expanded(pictures):
    (pictures / "folder").mkdir()
    shutil.copy("42.png", pictures / "folder" / "again.png")
    assert run("[47]*.png").stdout == "42.png: 42\n7.png: 7\n"
    assert run("**/again.png").stdout == "42\n"
    assert run("no*.png").stderr == "inkten: no*.png: no such file\n"


def test_a_name_that_looks_like_a_pattern_is_a_name_first(pictures):
    shutil.copy("7.png", "[47]*.png")
    assert run("[47]*.png").stdout == "7\n"


def test_for_what_it_does_not_read_it_names_the_command_that_does(pictures):
    (pictures / "my photos").mkdir()
    (pictures / "bill.pdf").write_bytes(b"%PDF-1.7")
    url = "https://example.org/7.png"
    result = run("my photos", "bill.pdf", url, "gone.pdf", "7.png")
    assert (result.exit_code, result.stdout) == (1, "7.png: 7\n")
    folder, pdf, remote, missing = result.stderr.splitlines()
    to_csv = "--out readings --format csv"
    assert folder == (
        f"inkten: my photos: a folder; use: inkten batch 'my photos' {to_csv}"
    )
    assert pdf == (
        "inkten: bill.pdf: a PDF document; use: inkten table bill.pdf, or inkten batch "
        f"bill.pdf {to_csv}"
    )
    assert remote == (
        f"inkten: {url}: a URL; download the picture, or use: inkten batch {url} "
        f"{to_csv}"
    )
    assert missing == "inkten: gone.pdf: no such file"


@pytest.mark.parametrize(
    ("names", "short"),
    [
        (["a/card.jpg", "b/bill.jpg", "-"], ["card", "bill", "page"]),
        (["a/card.jpg", "b/Card.jpg"], ["a-card", "b-Card"]),
        (["x/a/card.jpg", "y/a/card.jpg"], ["x-a-card", "y-a-card"]),
        (["card.jpg", "card.png"], ["card.jpg", "card.png"]),
        (
            ["a/card.jpg", "a/card.png", "b/card.jpg"],
            ["a-card.jpg", "a-card.png", "b-card.jpg"],
        ),
    ],
)
def test_short_names_differ(names, short):
    assert list(short_names(names).values()) == short


def test_a_file_url_is_a_path(pictures):
    shutil.copy("7.png", "my digit.png")
    url = (pictures / "my digit.png").as_uri()
    assert "my%20digit.png" in url
    assert run(url).stdout == "7\n"
    assert path_of_url("file.png") == "file.png"


def test_every_page_of_a_tiff_file_is_read(save_tiff):
    save_tiff("305", "42", "7")
    assert run("scan.tiff").stdout == (
        "scan.tiff: 305\nscan.tiff, page 2: 42\nscan.tiff, page 3: 7\n"
    )
    rows = run("scan.tiff", "7.png", "--csv").stdout.splitlines()
    assert [row.split(",")[:3] for row in rows[1:]] == [
        ["scan.tiff", "1", "305"],
        ["scan.tiff", "2", "42"],
        ["scan.tiff", "3", "7"],
        ["7.png", "1", "7"],
    ]


def test_a_tiff_file_of_one_page_is_a_picture_like_any(save_tiff):
    save_tiff("305")
    assert run("scan.tiff").stdout == "305\n"


def test_the_pages_of_a_tiff_file_are_saved_to_a_folder(pictures, save_tiff):
    save_tiff("305", "42")
    assert "several pictures" in run("scan.tiff", "--save-picture", "a.png").stderr
    assert run("scan.tiff", "--save-picture", "out").exit_code == 0
    names = sorted(path.name for path in (pictures / "out").iterdir())
    assert names == ["scan-read-2.png", "scan-read.png"]


def test_the_pages_before_a_damaged_one_are_read(pictures):
    pages = [Image.fromarray(np.full((90, 90), n, np.uint8)) for n in range(3)]
    pages[0].save("cut.tif", save_all=True, append_images=pages[1:])
    content = (pictures / "cut.tif").read_bytes()
    (pictures / "cut.tif").write_bytes(content[:-9000])
    result = run("cut.tif")
    assert result.exit_code == 1
    last = result.stderr.splitlines()[-1]
    assert last.startswith("inkten: cut.tif, page ")
    assert "damaged or truncated" in last


def test_pages_of_enormous_tiles_are_refused(pictures, tiled_tiff):
    (pictures / "tiles.tif").write_bytes(tiled_tiff(46336, 46336))
    result = run("tiles.tif")
    assert (result.exit_code, result.stdout) == (1, "")
    for line, name in zip(
        result.stderr.splitlines(), ("tiles.tif", "tiles.tif, page 2"), strict=True
    ):
        assert line.startswith(f"inkten: {name}: 46336x46336 pixels are more than")


def test_each_page_is_checked_against_the_limits(pictures):
    small, large = (Image.new("L", (side, side)) for side in (28, 300))
    small.save("scan.tif", save_all=True, append_images=[large, small])
    first, second, third = sources_of("scan.tif", Limits(max_pixels=1000))
    assert (first.picture, second.page, third.picture.size) == ("scan.tif", 2, (28, 28))
    lines = run("scan.tif", "--max-pixels", 1000, "--json").stdout.splitlines()
    assert [json.loads(line)["page"] for line in lines] == [1, 2, 3]
    line = run("scan.tif", "--max-pixels", 1000).stderr.splitlines()[1]
    assert line == (
        "inkten: scan.tif, page 2: 300x300 pixels are more than 1,000, the limit; "
        "see --max-pixels"
    )
