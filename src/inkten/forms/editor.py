"""The page on which the fields of a form are drawn, named and checked.

One file that works offline: it holds the template and its reference picture, and its
button downloads the corrected form.json.
"""

from importlib.resources import files
from string import Template as Text

from inkten.forms.fields import (
    MAX_LENGTH,
    RESERVED,
    SUFFIXES,
    CheckDigit,
    Kind,
)
from inkten.forms.template import Template
from inkten.script_data import script_data

PAGE = "editor.html"


def editor_html(template: Template, file: str) -> str:
    """The page as HTML.

    Args:
        template: what is shown and changed.
        file: the name under which the template is downloaded.
    """
    page = Text(files("inkten.forms").joinpath(PAGE).read_text("utf-8"))
    rules = {
        "kinds": list(Kind),
        "rules": list(CheckDigit),
        "reserved": sorted(RESERVED),
        "suffixes": list(SUFFIXES),
        "longest": MAX_LENGTH,
    }
    return page.substitute(
        template=script_data(template.to_dict()),
        rules=script_data(rules),
        file=script_data(file),
    )
