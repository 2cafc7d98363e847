"""Everything that happens while a model is trained."""
