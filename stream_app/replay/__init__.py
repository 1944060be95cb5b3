"""Replay: history again, through the same workers as live, in event time, to the same bytes."""
