"""What a part of the model brings: the same model with it, without it, and with a false one in its place."""
