"""The life of the model's versions: installed, held to the gate, loaded by Triton, served, taken back."""
