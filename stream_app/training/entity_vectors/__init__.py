"""Vectors of the graph's entities, learned from what the graph says by ComplEx, and how well they tell the rest."""
