"""How far a radiograph lies from those that a model was trained on, and whether that is too far."""
