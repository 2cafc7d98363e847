"""One radiograph: decoded, transformed, degraded, masked, described."""
