"""Distillation: a smaller network learns to say what larger ones say."""
