"""Attribution maps: which decisions are explained, and sanity checks of the maps."""
