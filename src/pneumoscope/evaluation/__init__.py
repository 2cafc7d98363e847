"""How good scores are: operating points, metrics, intervals, calibration, comparison."""
