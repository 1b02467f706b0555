"""The code on docs/signs.md gives the results shown."""

import doctest
import re
from decimal import Decimal
from pathlib import Path

import pytest
from PIL import Image

import inkten
import inkten.reader
from inkten.decimals import to_decimal, to_integer

PAGE = (Path(__file__).parents[2] / "docs" / "signs.md").read_text("utf-8")


@pytest.fixture
def bill(tmp_path, monkeypatch, with_sign, reader):
    """The picture that the page reads, and the stand-in that names its sign."""
    Image.fromarray(with_sign("1250", ".", 2)[0]).save(tmp_path / "bill.png")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(inkten.reader, "default_reader", lambda: reader)


@pytest.mark.usefixtures("bill")
def test_the_code_on_the_page_gives_the_results_shown():
    text = "\n".join(re.findall(r"^```python\n(.*?)^```$", PAGE, re.M | re.S))
    names = {"Decimal": Decimal}
    example = doctest.DocTestParser().get_doctest(text, names, "signs.md", None, 0)
    failures = []
    doctest.DocTestRunner().run(example, out=failures.append)
    assert not failures, "".join(failures)


def test_the_table_of_the_page_is_what_numbers_are_worth():
    rows = re.findall(r"^\| \S*\d\S* \| `(\S+)` \| (\S+) \| (\S+) \|$", PAGE, re.M)
    assert len(rows) == 4
    for text, value, decimal in rows:
        assert str(to_integer(text)) == value
        assert str(to_decimal(text, None)) == decimal
