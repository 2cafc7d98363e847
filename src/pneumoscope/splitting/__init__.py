"""Patients shared out to train, validation and test, and training rows rebalanced."""
