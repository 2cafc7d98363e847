"""Runs on record: what each was run with, and several side by side."""
