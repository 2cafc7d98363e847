"""Published studies repeated: targets judged, protocols compared, ladders climbed."""
