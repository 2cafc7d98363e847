"""Which decisions are explained, and how far their explanations can be trusted."""
