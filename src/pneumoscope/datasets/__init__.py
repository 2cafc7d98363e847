"""Kedro datasets: the only code that knows file formats."""
