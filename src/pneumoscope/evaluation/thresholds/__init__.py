"""Operating points: rules for the threshold and the grey zone, read off validation."""
