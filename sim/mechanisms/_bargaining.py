"""Why bargaining fails: how likely a demand made in the dark ends in war (Fearon 1995)."""

from __future__ import annotations

import numpy as np

from sim.core.columns import Array

LEAST = 1e-3  # a spread of nothing would divide by zero; a usual chance of nothing, too


def war_probability(spread: Array, *, cost: float, stake: float) -> Array:
    """Chance that a take-it-or-leave-it demand ends in war, where the target's cost is uniform on cost -+ spread.

    The demander, whose own cost is `stake`, asks for (cost + spread - stake) / 2 more than the target's chances;
    0 < spread <= cost.
    """
    return np.maximum(0.0, (3 * spread - cost - stake) / (4 * spread))


def war_contributions(
    wider_by: tuple[Array, ...], narrowed_to: Array, *, uncertainty: float, cost: float, stake: float
) -> list[Array]:
    """What each cause adds to ln (P(war) / P(war) in the usual case), in the order in which they are taken in; (d,).

    Args:
        wider_by: shares by which causes widen the usual spread, (d,) each.
        narrowed_to: share of the spread that a go-between leaves, (d,); the last of the contributions.
    """
    factor = np.ones((len(wider_by) + 2, len(narrowed_to)))
    for row, share in enumerate(wider_by, start=1):
        factor[row] = factor[row - 1] + share
    factor[-1] = factor[-2] * narrowed_to
    spread = np.minimum(np.maximum(uncertainty * factor, LEAST), cost)
    chance = war_probability(spread, cost=cost, stake=stake)
    np.maximum(chance[0], LEAST, out=chance[0])
    log_chance = np.log(np.maximum(chance, 1e-300))
    return list(log_chance[1:] - log_chance[:-1])
