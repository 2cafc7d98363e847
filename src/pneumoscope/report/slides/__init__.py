"""A deck for readers who are no data scientists."""
