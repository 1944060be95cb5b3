"""Do signals tell what prices do next? Pure: events, bars and the seed are arguments.

`docs/research.md` has the definitions and their sources in one place.
"""
