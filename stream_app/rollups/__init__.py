"""Event-time windows of entities, pure: a value and events in, a value and figures out."""
