"""How far test lies from train, which shortcuts a model takes, and what it withstands."""
