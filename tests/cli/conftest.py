import pytest
from PIL import Image


@pytest.fixture
def pictures(tmp_path, write, monkeypatch):
    """The working folder: 7.png, 42.png, a blank picture, and text as a PNG."""
    for name, text in {"7.png": "7", "42.png": "42"}.items():
        Image.fromarray(write(text).gray).save(tmp_path / name)
    Image.new("L", (300, 200), 220).save(tmp_path / "blank.png")
    (tmp_path / "text.png").write_text("seven")
    monkeypatch.chdir(tmp_path)
    return tmp_path
