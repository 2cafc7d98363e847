"""Sphinx's settings for the site that `make docs` builds; nothing on it comes from elsewhere."""

import os

project = "Pneumoscope"
author = "The Pneumoscope authors"
copyright = "MIT for the code"
release = os.environ["PNEUMOSCOPE_VERSION"]

extensions = ["myst_nb"]
html_theme = "furo"
html_title = f"Pneumoscope {release}"
html_static_path: list[str] = []
html_show_sourcelink = False
html_copy_source = False
templates_path: list[str] = []
exclude_patterns: list[str] = []

# Anchors as code hosts make them, so that one link serves both places.
myst_heading_anchors = 4
# The notebook is shown with the outputs that it is stored with.
nb_execution_mode = "off"
# A page may begin at a second level, and a code block may be of no language.
suppress_warnings = ["myst.header"]
highlight_language = "none"

# `--params` stays as it is typed.
smartquotes = False
