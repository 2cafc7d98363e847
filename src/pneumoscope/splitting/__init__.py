"""Splits by patient, rebalancing of the training rows, checks for patient leakage."""
