import json
from decimal import Decimal

import pytest

from inkten import DataError, Form
from inkten.forms.template import load_template


@pytest.fixture
def changed(form, tmp_path):
    """A function that writes the template with another value in its first field."""

    def changed(**values):
        data = form.template.to_dict()
        data["fields"][0] |= values
        path = tmp_path / "form.json"
        path.write_text(json.dumps(data))
        return path

    return changed


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"kind": "word"}, "kind 'word'; expected number, digits, cells, tick"),
        ({"box": [1, 2, 3]}, r"box \[1, 2, 3\]; expected \[x, y, width, height\]"),
        (
            {"box": [1200, 2, 300, 40]},
            "is not all on the reference picture of 1240x900",
        ),
        ({"length": None}, "length None; a field of kind cells needs the number"),
        ({"length": "7"}, "length '7'; expected a whole number"),
        ({"colour": "red"}, "unknown 'colour'; expected name, kind, box"),
        ({"checks": {"range": [5, 1]}}, r"range \[5, 1\]; expected \[least, largest\]"),
        ({"checks": {"check_digit": "mod11"}}, "check_digit 'mod11'; expected luhn"),
        ({"checks": {"sum_of": ["nothing"]}}, "sum_of names 'nothing'"),
        ({"checks": {"sum_of": []}}, r"sum_of \[\]; expected the names"),
        ({"decimals": 2}, "decimals 2; only a field of kind number has decimals"),
        ({"decimals": True}, "decimals True; expected a whole number"),
        (
            {"kind": "number", "length": None, "decimals": -1},
            "decimals -1; expected a whole number from 0",
        ),
        (
            {"checks": {"range": [0, 2.5]}},
            r"range \[0, 2.5\]; expected whole numbers, or a number with 'decimals'",
        ),
        ({"checks": {"range": [0, float("nan")]}}, r"range \[0, nan\]; expected"),
    ],
)
def test_a_mistake_is_said_with_the_name_of_the_field(changed, values, message):
    with pytest.raises(DataError, match=f"form.json: field 'candidate'.*{message}"):
        Form.load(changed(**values))


def test_names_must_differ_and_be_free(changed):
    with pytest.raises(DataError, match="'total': another field has this name"):
        Form.load(changed(name="Total"))
    with pytest.raises(DataError, match=r"field 'error': .* a column of that name"):
        Form.load(changed(name="error"))
    with pytest.raises(DataError, match="field 'a b': name 'a b'; expected letters"):
        Form.load(changed(name="a b"))
    with pytest.raises(DataError, match="field 5: name 5; expected text"):
        Form.load(changed(name=5))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[]", r"the template: \[\]; expected an object with inkten_form"),
        ("{", "not JSON"),
        ("<!doctype html>", "a web page, not a template"),
        ("\0\1", "not a text file"),
        ('{"inkten_form": 2}', "inkten_form 2; this version of inkten reads 1"),
        ('{"inkten_form": true}', "inkten_form True; this version of inkten reads 1"),
        ('{"inkten_form": 1, "fields": []}', r"fields \[\]; expected a list of fields"),
    ],
)
def test_what_is_no_template_is_refused(tmp_path, content, message):
    path = tmp_path / "form.json"
    path.write_text(content)
    with pytest.raises(DataError, match=message):
        load_template(path)


def test_a_template_is_saved_and_loaded_unchanged(form, tmp_path):
    form.save(tmp_path / "copy.json")
    assert Form.load(tmp_path / "copy.json").template == form.template


def test_decimals_and_their_range_are_saved_and_loaded_unchanged(changed, tmp_path):
    path = changed(
        kind="number", length=None, decimals=2, checks={"range": [0.1, 99.95]}
    )
    form = Form.load(path)
    assert form.fields[0].decimals == 2
    assert form.fields[0].checks.range == (Decimal("0.1"), Decimal("99.95"))
    form.save(tmp_path / "copy.json")
    assert Form.load(tmp_path / "copy.json").template == form.template


def test_the_reference_may_be_a_picture_beside_the_template(form, tmp_path):
    data = form.template.to_dict() | {"reference": "blank.png"}
    path = tmp_path / "form.json"
    path.write_text(json.dumps(data))
    with pytest.raises(DataError, match=r"reference picture blank\.png cannot be read"):
        Form.load(path)
    (tmp_path / "blank.png").write_bytes(form.template.reference)
    assert Form.load(path).template == form.template
    (tmp_path / "blank.png").write_bytes(b"seven")
    with pytest.raises(DataError, match=r"form\.json: the reference picture"):
        Form.load(path)
