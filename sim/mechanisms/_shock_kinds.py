"""The kinds of transnational shock: how often, how large, where, how they spread, what they do, what damps them.

The table SHOCKS holds the defaults; `ShockNumbers` makes every number of it a parameter, KEY_rate, KEY_tail,
KEY_spread and KEY_CHANNEL, so that a scenario can change one kind.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, make_dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from sim.core.columns import Array
from sim.core.params import param
from sim.mechanisms.base import Mechanism
from sim.world import World

CHANNELS = ("gdp", "legitimacy", "affinity", "grievance", "credibility")
NUMBERS = ("rate", "tail", "spread", *CHANNELS)


@dataclass(frozen=True)
class Shock:
    """A kind of shock.

    Attributes:
        kind: its name in the event log. key: its name in parameters. sentence: how an event is told.
        rate: arrivals a year in the world, of size 1 or more, from the year `since`. tail: Pareto exponent of the size.
        spread: how far those whom it reaches feel it, of what the epicentre feels.
        gdp, legitimacy, credibility: share lost at size 1 where it is fully felt. grievance: gained. affinity: signed.
        strikes: weight of each state as the epicentre, (n,).
        carried: what carries it: land borders, trade with the epicentre, or the whole world.
        digital: the less digital a state is, the less it feels.
        norm: name of the norm whose adopters are better prepared, "" for none.
        sources: number -> key of the work that gives it; the other numbers are assumed.
        doc: what it stands for.
    """

    kind: str
    key: str
    sentence: str
    rate: float
    tail: float
    spread: float
    strikes: Callable[[World], Array]
    gdp: float = 0.0
    legitimacy: float = 0.0
    affinity: float = 0.0
    grievance: float = 0.0
    credibility: float = 0.0
    since: float = -1e9
    carried: Literal["land", "trade", "world"] = "land"
    digital: bool = False
    norm: str = ""
    sources: Mapping[str, str] = field(default_factory=dict)
    doc: str = ""

    @property
    def worldwide(self) -> bool:
        """It reaches beyond the neighbours."""
        return self.carried != "land"


NEARBY = "strikes {who} and its neighbours (size {amount:.1f})"
TRADED = "strikes {who} and those it trades with (size {amount:.1f})"
WORLDWIDE = "spreads from {who} over the world (size {amount:.1f})"
# fmt: off
SHOCKS = (
    Shock("terrorism", "terrorism", f"A wave of extremism and terrorism {NEARBY}", 0.5, 1.38, 0.4,
          lambda w: 1.05 - w.legitimacy,
          gdp=0.003, legitimacy=0.04, affinity=-0.03, grievance=0.1, norm="human_rights",
          sources={"tail": "ClausetYoungGleditsch2007"},
          doc="Waves that shake a government; tail of the deaths by attack, Clauset, Young and Gleditsch 2007."),
    Shock("cyber attack", "cyber", f"A cyber attack {TRADED}", 0.4, 1.5, 0.4, lambda w: w.technology * w.digital_share,
          gdp=0.004, legitimacy=0.02, affinity=-0.01, grievance=0.1, credibility=0.01, since=1990, digital=True,
          carried="trade", norm="digital_governance",
          doc="On infrastructure or elections; strikes where there is much to attack."),
    Shock("militarisation of space", "space", f"A step in the militarisation of space {WORLDWIDE}", 0.2, 2, 0.4,
          lambda w: w.power * w.power,
          affinity=-0.02, grievance=0.05, credibility=0.01, since=1957, carried="world", norm="non_proliferation",
          doc="A power tests or places a weapon; satellites were shot at in 2007, 2008, 2019 and 2021."),
    Shock("disruptive AI", "ai", f"Disruption by artificial intelligence {WORLDWIDE}", 0.08, 2, 0.4,
          lambda w: w.technology * w.power,
          gdp=0.008, legitimacy=0.04, affinity=-0.02, grievance=0.02, credibility=0.02, since=2020, carried="world",
          digital=True, norm="digital_governance",
          doc="Jobs, disinformation, an edge for its makers; begins at the frontier."),
    Shock("climate disaster", "climate", f"A climate disaster {NEARBY}", 0.8, 1.6, 0.4,
          lambda w: np.sqrt(w.population),
          gdp=0.0175, legitimacy=0.02, affinity=0.01, grievance=0.02, norm="carbon_neutrality",
          sources={"gdp": "HsiangJina2014"},
          doc="Drought, flood, storm; one in ten costs 7.4% of product (cyclones, Hsiang and Jina 2014); neighbours "
          "help (disaster diplomacy, Kelman 2012)."),
    Shock("mass migration", "migration", f"A wave of mass migration {NEARBY}", 0.3, 1.7, 0.6,
          lambda w: (1 + w.hostility.max(axis=1)) * np.sqrt(w.population / w.gdp),
          gdp=0.003, legitimacy=0.03, affinity=-0.03, grievance=0.1, norm="human_rights",
          doc="Flight from poverty and disputes, felt by the neighbours; about fifteen of a million since 1971."),
    Shock("pandemic", "pandemic", f"A pandemic {WORLDWIDE}", 0.02, 1.2, 0.8, lambda w: w.population,
          gdp=0.03, legitimacy=0.04, affinity=-0.01, grievance=0.03, credibility=0.02, carried="world",
          sources={"rate": "MaraniEtAl2021"},
          doc="Like that of 2020, which cost about 3% of world product, or worse: 2% a year, Marani et al. 2021; heavy "
          "tail, Cirillo and Taleb 2020."),
    Shock("financial crisis", "crisis", f"A financial crisis {TRADED}", 0.05, 1.5, 0.8, lambda w: w.gdp,
          gdp=0.03, legitimacy=0.05, affinity=-0.02, grievance=0.03, credibility=0.02, carried="trade",
          sources={"gdp": "ReinhartRogoff2009"},
          doc="World crises only (1929, 1973, 1997, 2008); the mean one costs where it begins 9% of product "
          "(Reinhart and Rogoff 2009) and travels along trade (Glick and Rose 1999)."),
)
# fmt: on
"""Every kind that the mechanism `shocks` draws, in the order of its random numbers: append, do not insert."""

_DECLARED = {
    "rate": ("1/year", 0.0, 5.0, "Arrivals of size 1 or more in the world ({})."),
    "tail": ("1", 0.8, 6.0, "Pareto exponent of the size; less is wilder ({})."),
    "spread": ("1", 0.0, 1.0, "Felt where it reaches, of what the epicentre feels ({})."),
    "gdp": ("1", 0.0, 0.2, "Share of product lost at size 1 ({})."),
    "legitimacy": ("1", 0.0, 0.2, "Share lost at size 1 ({})."),
    "affinity": ("1", -0.2, 0.2, "Gained between two that feel it, at size 1 ({})."),
    "grievance": ("1", 0.0, 0.5, "Gained against the disliked, at size 1 ({})."),
    "credibility": ("1", 0.0, 0.2, "Share lost at size 1 ({})."),
}


def _declared(shock: Shock, name: str) -> Any:
    unit, low, high, doc = _DECLARED[name]
    source = shock.sources.get(name, "assumed")
    return param(getattr(shock, name), unit=unit, low=low, high=high, doc=doc.format(shock.kind), source=source)


if TYPE_CHECKING:
    ShockNumbers = Mechanism
else:
    ShockNumbers = make_dataclass(
        "ShockNumbers",
        [(f"{shock.key}_{name}", float, _declared(shock, name)) for shock in SHOCKS for name in NUMBERS],
        bases=(Mechanism,),
        frozen=True,
    )
