"""The structural causal model: who is exposed to what a document says of another, how much, how and for how long.

Pure: graph, parameters, event time and earlier effects are arguments. `docs/causal.md` has the formulas.
"""
