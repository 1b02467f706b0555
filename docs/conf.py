"""Sphinx settings: ``make docs`` builds the site from this folder."""

import re

from docutils import nodes
from sphinx.application import Sphinx

import inkten

project = "inkten"
author = "The inkten authors"
release = version = inkten.__version__
extensions = ["myst_nb"]  # Markdown by MyST, and the notebook with its outputs
myst_heading_anchors = 4  # as GitHub makes links to headings
exclude_patterns = ["references"]
nb_execution_mode = "force"  # it is saved without outputs
nb_execution_raise_on_error = True
nb_execution_timeout = 600  # seconds a cell
nitpicky = True  # a broken link fails the build
pygments_style = "default"

html_theme = "furo"  # loads nothing from another host
html_title = f"inkten {release}"
html_static_path = ["_static"]
html_css_files = ["inkten.css"]
html_show_sphinx = False
html_show_copyright = False  # the page on licences names who made what
html_copy_source = False

SHORT_CODE = 16  # characters: a phone's line has room for as many

# The notebook trains a network; on the site, on fewer pictures than by hand.
NOTEBOOK = "notebooks/from_the_original"
SMALLER = {"PICTURES = 60_000": "PICTURES = 10_000", "EPOCHS = 10": "EPOCHS = 5"}


def setup(app: Sphinx) -> None:
    """Called by Sphinx."""
    app.connect("source-read", _shorten)
    app.connect("source-read", _keep_lines_with_percent)
    app.connect("doctree-read", _keep_percentages_whole)
    app.connect("doctree-read", _keep_short_code_whole)


def _shorten(app: Sphinx, name: str, source: list[str]) -> None:
    if name == NOTEBOOK:
        for written, shorter in SMALLER.items():
            assert written in source[0], written
            source[0] = source[0].replace(written, shorter)


def _keep_lines_with_percent(app: Sphinx, name: str, source: list[str]) -> None:
    """Join "97" and a line that starts with "%", which MyST would drop as a comment."""
    source[0] = re.sub(r"(?<=\d)\n%", " %", source[0])


def _keep_percentages_whole(app: Sphinx, document: nodes.document) -> None:
    """Write "97 %" with a no-break space, except in code."""
    for text in list(document.findall(nodes.Text)):
        if isinstance(text.parent, nodes.literal | nodes.literal_block):
            continue
        kept = re.sub(r"(?<=\d) %", "\N{NO-BREAK SPACE}%", text)
        if kept != text:
            text.parent.replace(text, nodes.Text(kept))


def _keep_short_code_whole(app: Sphinx, document: nodes.document) -> None:
    """Do not break a line after the dashes of an option."""
    for code in document.findall(nodes.literal):
        if len(code.astext()) <= SHORT_CODE:
            code["classes"].append("whole")
