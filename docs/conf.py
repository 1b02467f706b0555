"""How the pages of this folder become a site: ``make docs``."""

import inkten

project = "inkten"
author = "The inkten authors"
release = version = inkten.__version__
extensions = ["myst_parser"]
myst_heading_anchors = 4  # links to headings, as readers of Markdown make them
exclude_patterns = ["notebooks", "references"]
nitpicky = True  # a link that leads nowhere ends the build
pygments_style = "default"

html_theme = "furo"  # loads nothing from any other host
html_title = f"inkten {release}"
html_static_path: list[str] = []
html_show_sphinx = False
html_copy_source = False
