"""Faust: the engine that feeds records to the flow. Thin; what a record means is decided elsewhere."""
