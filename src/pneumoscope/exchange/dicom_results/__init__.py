"""Predictions as DICOM objects of the film's own study: a report, and a picture."""
