"""Published studies repeated: targets judged, protocols and steps compared."""
