"""Who took a film: what its periphery tells of the class, and films grouped by it."""
