"""Pages, slides and model cards from figures and tables."""
