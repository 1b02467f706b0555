"""Sphinx settings: ``make docs`` builds the site from this folder."""

import inkten

project = "inkten"
author = "The inkten authors"
release = version = inkten.__version__
extensions = ["myst_parser"]
myst_heading_anchors = 4  # as GitHub makes links to headings
exclude_patterns = ["notebooks", "references"]
nitpicky = True  # a broken link fails the build
pygments_style = "default"

html_theme = "furo"  # loads nothing from another host
html_title = f"inkten {release}"
html_static_path: list[str] = []
html_show_sphinx = False
html_copy_source = False
