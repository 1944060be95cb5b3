"""Re-estimates the causal model's numbers from a history of events and prices, and checks them on later history.

Pure: events, bars and graph are arguments. `docs/causal.md` says what is estimated and how.
"""
