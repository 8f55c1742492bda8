"""The order of the year. Read this page first.

Every step walks through the phases below. All mechanisms of a phase see the same world; what they want changed is
combined and applied before the next phase begins.
"""

from __future__ import annotations

from enum import Enum


class Phase(Enum):
    """The eight phases of a step, in order, a sentence each."""

    SHOCK = "Things happen that nobody decided: shocks strike, leaders change, scheduled events fall due."
    PERCEIVE = "Governments look around: who is powerful, who is a rival, who is a threat, whose guarantee holds."
    DECIDE = "Policies propose; portfolios shift, patrons court and coerce, armies are funded."
    RESOLVE = "What needs consent is settled: pacts, obligations, organisations, norms, sanctions."
    CONFLICT = "Disputes break out, escalate, end; wars are fought."
    MEDIATE = "Third parties offer to mediate, disputants accept or refuse, talks succeed or fail."
    ECONOMY = "Economies grow, trade flows, hydrocarbon states diversify."
    REMEMBER = "Affinities, ideal points, grievances and reputations take in what happened."
