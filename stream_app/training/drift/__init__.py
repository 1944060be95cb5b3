"""How live input differs from what the model was trained on: statistics of both, and the shift between them."""
