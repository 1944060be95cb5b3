"""Subscriptions to alerts, pure: which events match, and which of those become an alert, and when."""
