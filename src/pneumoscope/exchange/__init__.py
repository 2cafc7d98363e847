"""Models for other programs: files and bundles that need nothing of this project."""
