"""The lines of docs/batch.md that open the results in other programs."""

import re
from pathlib import Path

import pytest

from inkten.batch.table import FileFormat

PAGE = Path(__file__).parents[2] / "docs" / "batch.md"
SHOWN = re.findall(
    r"`((?:pandas|polars)\.read_\w+\(.+?\)|SELECT .+?)`", PAGE.read_text("utf-8")
)


@pytest.fixture
def readings(tmp_path, digits, read_all, monkeypatch):
    """The results of two pictures in each format, in a folder named readings."""
    for number in range(2):
        (tmp_path / f"{number}.png").write_bytes(digits[number])
    monkeypatch.chdir(tmp_path)
    sources = ("0.png", "1.png")
    for file_format in ("parquet", "csv", "jsonl"):
        folder = tmp_path / file_format / "readings"
        read_all(*sources, file_format=FileFormat(file_format), out=folder, part_size=1)
    return tmp_path


@pytest.mark.parametrize("line", SHOWN)
def test_the_lines_that_the_page_shows_open_the_results(line, readings, monkeypatch):
    (file_format,) = re.findall(r"parquet|csv|json", line)[-1:]
    folder = {"json": "jsonl"}.get(file_format, file_format)
    monkeypatch.chdir(readings / folder)
    if line.startswith("SELECT"):
        duckdb = pytest.importorskip("duckdb")
        texts = [
            str(row[0]) for row in duckdb.sql(line.replace("*", "text", 1)).fetchall()
        ]
    else:
        name = line.partition(".")[0]
        table = eval(line, {name: pytest.importorskip(name)})
        texts = [str(text) for text in table["text"].to_list()]
    assert texts == ["7", "2"]
    assert len(SHOWN) == 7
