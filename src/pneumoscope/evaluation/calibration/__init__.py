"""Calibration: how far scores are probabilities, and maps that bring them nearer."""
