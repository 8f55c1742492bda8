"""The kinds of transnational shock: how often, how large, where, what they do, and which norm damps them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sim.core.columns import Array
from sim.world import World


@dataclass(frozen=True)
class Shock:
    """A kind of shock; all numbers are assumed unless `doc` says where they come from.

    Attributes:
        kind: its name in the event log. sentence: how an event is told.
        rate: arrivals a year in the world, from the year `since`. tail: Pareto exponent of its size (least 1).
        gdp, legitimacy, credibility: share lost at size 1 where it is fully felt. grievance: gained. affinity: signed.
        strikes: weight of each state as the epicentre, (n,).
        worldwide: spreads to all states, not only over land borders.
        norm: name of the norm whose adopters are better prepared, "" for none.
        doc: what it stands for.
    """

    kind: str
    sentence: str
    rate: float
    tail: float
    strikes: Callable[[World], Array]
    gdp: float = 0.0
    legitimacy: float = 0.0
    affinity: float = 0.0
    grievance: float = 0.0
    credibility: float = 0.0
    since: float = -1e9
    worldwide: bool = False
    norm: str = ""
    doc: str = ""


NEARBY = "strikes {who} and its neighbours (size {amount:.1f})"
WORLDWIDE = "spreads from {who} over the world (size {amount:.1f})"
# fmt: off
SHOCKS = (
    Shock("terrorism", f"A wave of extremism and terrorism {NEARBY}", 0.5, 1.4, lambda w: 1.05 - w.legitimacy,
          gdp=0.003, legitimacy=0.04, affinity=-0.03, grievance=0.1, norm="human_rights",
          doc="Waves that shake a government; tail of deaths by attack, Clauset, Young and Gleditsch 2007."),
    Shock("cyber attack", f"A cyber attack {NEARBY}", 0.4, 1.5, lambda w: w.technology,
          gdp=0.002, legitimacy=0.02, affinity=-0.01, grievance=0.1, credibility=0.01, since=1990,
          norm="digital_governance", doc="On infrastructure or elections; strikes where there is much to attack."),
    Shock("militarisation of space", f"A step in the militarisation of space {WORLDWIDE}", 0.1, 2, lambda w: w.power**2,
          affinity=-0.02, grievance=0.05, credibility=0.01, since=1957, worldwide=True, norm="non_proliferation",
          doc="A great power tests or places a weapon; four anti-satellite tests of 2007-2021 are of this order."),
    Shock("disruptive AI", f"Disruption by artificial intelligence {WORLDWIDE}", 0.08, 2,
          lambda w: w.technology * w.power,
          gdp=0.004, legitimacy=0.04, affinity=-0.02, grievance=0.02, credibility=0.02, since=2020, worldwide=True,
          norm="digital_governance", doc="Jobs, disinformation, an edge for its makers; begins at the frontier."),
    Shock("climate disaster", f"A climate disaster {NEARBY}", 0.8, 1.6, lambda w: np.sqrt(w.population),
          gdp=0.01, legitimacy=0.02, affinity=0.01, grievance=0.02, norm="carbon_neutrality",
          doc="Drought, flood, storm; neighbours help (disaster diplomacy, Kelman 2012)."),
    Shock("mass migration", f"A wave of mass migration {NEARBY}", 0.3, 1.7,
          lambda w: (1 + w.hostility.max(axis=1)) * np.sqrt(w.population / w.gdp),
          gdp=0.003, legitimacy=0.03, affinity=-0.03, grievance=0.1, norm="human_rights",
          doc="Flight from poverty and disputes, felt by the neighbours."),
    Shock("pandemic", f"A pandemic {WORLDWIDE}", 0.05, 1.2, lambda w: w.population,
          gdp=0.01, legitimacy=0.04, affinity=-0.01, grievance=0.03, credibility=0.02, worldwide=True,
          doc="Five in 1918-2020; heavy tail, Cirillo and Taleb 2020."),
    Shock("financial crisis", f"A financial crisis {WORLDWIDE}", 0.05, 1.5, lambda w: w.gdp,
          gdp=0.01, legitimacy=0.05, affinity=-0.02, grievance=0.03, credibility=0.02, worldwide=True,
          doc="World crises only (1929, 1973, 1997, 2008); begins in the large economies."),
)
# fmt: on
"""Every kind that the mechanism `shocks` draws, in the order of its random numbers: append, do not insert."""
