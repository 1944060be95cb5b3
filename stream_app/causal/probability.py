"""From the size of an effect to a chance and back.

The chance of an abnormal move to one side is a noisy-OR of its causes and of what happens without any: an effect of
size m causes it by itself with 1 - exp(-r m), so causes combine by adding their sizes:
score = 1 - (1 - base) exp(-r (m1 + m2 + …)).

The score orders; a curve that was fitted to a history makes a probability of it.
"""

from __future__ import annotations

import math

from stream_app.causal.parameters import CausalParameters


def score(size: float, parameters: CausalParameters) -> float:
    """Return the noisy-OR of effects of this size together, before calibration."""
    return 1.0 - (1.0 - parameters.base_rate) * math.exp(-parameters.probability_rate * size)


def probability(size: float, parameters: CausalParameters) -> float:
    """Return the chance of an abnormal move to the side that effects of this size together push to.

    The curve takes log-odds of the size: a score of many stories rounds to 1, which says nothing of how many.
    """
    scored = score(size, parameters)
    if scored <= 0:  # nothing happens by itself, and nothing did
        return 0.0
    log_against = math.log1p(-parameters.base_rate) - parameters.probability_rate * size
    return parameters.calibration.of_log_odds(math.log(scored) - log_against)


def rise(size: float, parameters: CausalParameters) -> float:
    """Return by how much an effect of this size, alone, raises the chance."""
    return probability(size, parameters) - probability(0.0, parameters)


def size_of_rise(wanted: float, parameters: CausalParameters) -> float:
    """Return the least size that raises the score by `wanted`; infinity where none does."""
    left = 1.0 - wanted / (1.0 - parameters.base_rate)
    return -math.log(left) / parameters.probability_rate if left > 0 else math.inf
