"""A recipe searched for: trials on validation, what was found, and how many were tried."""
