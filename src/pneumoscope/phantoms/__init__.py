"""Synthetic radiographs, drawn procedurally: no patient, no download."""
