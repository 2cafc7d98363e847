"""Attribution maps and activations of a trained model."""
