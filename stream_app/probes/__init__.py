"""Behavioural tests of the model: edits of texts of which it is known whether the answer may change."""
