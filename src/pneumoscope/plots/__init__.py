"""Figures from computed values: every function returns a figure and saves nothing."""
