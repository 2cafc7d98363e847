"""One decoder per file format, all with one interface; `decoding` chooses among them."""
