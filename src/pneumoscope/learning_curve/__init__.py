"""Whether more films of a source would help: one recipe on growing parts of train."""
