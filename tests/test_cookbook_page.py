"""The Python programs of docs/cookbook.md run.

Those that ask the service are run in tests/server/test_cookbook_page.py.
"""

import re
import shutil
from importlib.util import find_spec
from pathlib import Path

import pytest
from PIL import Image

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "cookbook.md").read_text("utf-8")
SECTION = re.compile(r"^### ([^\n]+)\n[^#]*?^```python\n(.*?)^```$", re.M | re.S)
EXPECTED = {  # in the output of the program below each heading
    "Read a picture and say how sure it is": "555 0134\n5 ",
    "Accept only what is sure": "please check: 555 0134",
    "Read a folder": "a.jpg 7\nnot read: photos/b.jpg: ",
    "A picture from a camera, OpenCV or Pillow": "555 0134\n555 0134",
    "An iPhone's HEIC photo": "555 0134",
    "The pages of a PDF file": "555 0134\n7",
    "A table to pandas": "(5, 4)\nplease check: [",
    "Read on several threads": "555 0134\n27",
}
NEEDS = {
    "An iPhone's HEIC photo": "pillow_heif",
    "The pages of a PDF file": "pypdfium2",
    "A table to pandas": "pandas",
}


@pytest.fixture
def _pictures(tmp_path, monkeypatch):
    """A folder with the files that the programs name."""
    examples = ROOT / "examples"
    shutil.copy(examples / "phone_number.jpg", tmp_path / "photo.jpg")
    shutil.copy(examples / "table.jpg", tmp_path / "table.jpg")
    (tmp_path / "photos").mkdir()
    shutil.copy(examples / "digit.jpg", tmp_path / "photos" / "a.jpg")
    (tmp_path / "photos" / "b.jpg").write_text("not a picture")
    photo, digit = (
        Image.open(examples / name) for name in ("phone_number.jpg", "digit.jpg")
    )
    photo.save(tmp_path / "scan.pdf", save_all=True, append_images=[digit])
    if find_spec("pillow_heif"):
        from pillow_heif import from_pillow

        from_pillow(photo).save(tmp_path / "photo.heic", quality=90)
    monkeypatch.chdir(tmp_path)


def test_every_program_has_an_expected_output():
    local = [title for title, code in SECTION.findall(PAGE) if "/v1/" not in code]
    assert local == list(EXPECTED)


@pytest.mark.usefixtures("_pictures")
@pytest.mark.parametrize("title", EXPECTED)
def test_the_program_prints_what_is_expected(title, capsys):
    if title in NEEDS:
        pytest.importorskip(NEEDS[title])
    (code,) = (code for each, code in SECTION.findall(PAGE) if each == title)
    exec(compile(code, "cookbook.md", "exec"), {})
    assert EXPECTED[title] in capsys.readouterr().out
