"""Covariate shift, shortcuts by occlusion, and robustness to degraded films."""
