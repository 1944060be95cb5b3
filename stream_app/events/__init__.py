"""The contract: one schema for each topic, and how others read of it."""
