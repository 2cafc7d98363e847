"""New radiographs: the promise a model was evaluated with, kept for films it has never seen."""
