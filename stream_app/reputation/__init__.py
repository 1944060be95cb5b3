"""How far a source is believed: its record, its standing, and what a crowd of strangers is worth. Pure.

One `Reputation` is kept for each entity, so that the same events give the same weights however many workers share them.
"""

from stream_app.reputation.claim import Claim, claim_of
from stream_app.reputation.credibility import MOST_OF_A_CROWD, Weight, credibility, weighed_hour
from stream_app.reputation.record import Reputation, observe

__all__ = [
    "MOST_OF_A_CROWD",
    "Claim",
    "Reputation",
    "Weight",
    "claim_of",
    "credibility",
    "observe",
    "weighed_hour",
]
