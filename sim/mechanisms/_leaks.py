"""What sanctions cost their targets, and through whom that cost leaks away (Early 2015)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.core.columns import Array


@dataclass(frozen=True)
class Leaks:
    """Sanctions as their targets feel them.

    Attributes:
        barred: trade that senders bar, 1e9 USD a year, (n,).
        through: share of target j's whole trade that k carries on in friendship, (n, n) as [k, j]; 0..1.
        leak: share of its cost that each target escapes, (n,).
        full, cost: cost as a share of gdp, without and with the leak, (n,) each.
    """

    barred: Array
    through: Array
    leak: Array
    full: Array
    cost: Array


def leaks(sanctions: Array, affinity: Array, trade: Array, gdp: Array, *, weight: float, leakage: float) -> Leaks:
    """Cost and leaks of sanctions [sender, target] 0..1 on trade (n, n), symmetric, 1e9 USD; gdp (n,)."""
    barred = (sanctions * trade).sum(axis=0)
    through = np.maximum(affinity, 0.0)
    through *= 1 - sanctions
    through *= trade
    through /= np.maximum(trade.sum(axis=0), 1e-12)
    leak = leakage * through.sum(axis=0)
    full = weight * barred / gdp
    return Leaks(barred, through, leak, full, full * (1 - leak))
