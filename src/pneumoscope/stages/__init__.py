"""The default run as stages of DVC: what each needs and makes, read off the graph."""
