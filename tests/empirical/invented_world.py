"""A small invented world of 24 states, 1946-2000: who they are, what they have, how they quarrel and ally.

Its rates are higher than history's so that few states are enough to fit on; their directions are history's: neighbours
and rivals of old fight more, democracies less, those who vote alike ally.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

FIRST, LAST = 1946, 2000
LISTED = 2016
"""The lists of states, major powers and borders go on to this year."""
NUMBERS = "2 20 70 100 140 200 220 230 235 290 310 365 369 500 530 560 625 630 651 710 732 740 750 850"
CODES = [int(number) for number in NUMBERS.split()]
MAJORS = (2, 200, 220, 365, 710)
ENTRY = {
    369: "1991-12-26",
    500: "1962-10-09",
    530: "1951-12-24",
    732: "1948-08-15",
    740: "1952-04-28",
    850: "1949-12-27",
}
EXIT = {310: "1992-12-31", 625: "1975-06-30"}
GAP = {651: ("1958-02-01", "1961-09-29")}
MOVED = {369: ("1997-12-10", 3.0, 4.0)}
"""A capital that moves: day, degrees to the north and to the east."""
OBLIGATIONS = ("defense", "offense", "neutral", "nonagg", "consul")


@dataclass
class Draft:
    """The world while it is made: arrays by year and state or pair, and rows of events."""

    rng: np.random.Generator
    codes: np.ndarray = field(default_factory=lambda: np.array(CODES))
    years: np.ndarray = field(default_factory=lambda: np.arange(FIRST, LAST + 1))

    @property
    def n(self) -> int:
        """Number of states."""
        return len(self.codes)

    def alive(self) -> np.ndarray:
        """In the system on every day of the year, (T, n)."""
        held = np.ones((len(self.years), self.n), dtype=bool)
        for i, code in enumerate(self.codes):
            held[self.years <= int(ENTRY.get(code, "1900")[:4]), i] &= code not in ENTRY
            held[self.years >= int(EXIT.get(code, "2900")[:4]), i] = False
            if code in GAP:
                held[(self.years >= 1958) & (self.years <= 1961), i] = False
        return held


def wandering(rng: np.random.Generator, start: np.ndarray, years: int, noise: float, hold: float = 1.0) -> np.ndarray:
    """Random walks (autoregressive if hold < 1) around their starts, (years, n)."""
    path = np.zeros((years, len(start)))
    for t in range(1, years):
        path[t] = hold * path[t - 1] + noise * rng.standard_normal(len(start))
    return start + path


def geography(world: Draft) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Capitals in four regions, kilometres between them, and kinds of contiguity."""
    region = np.arange(world.n) % 4
    centre = np.array([[40.0, -90.0], [50.0, 10.0], [5.0, 25.0], [35.0, 110.0]])[region]
    position = centre + world.rng.uniform(-12, 12, (world.n, 2))
    lat, lng = np.radians(position).T
    half = (
        np.sin((lat[:, None] - lat) / 2) ** 2
        + np.cos(lat[:, None]) * np.cos(lat) * np.sin((lng[:, None] - lng) / 2) ** 2
    )
    distance = 2 * 6371 * np.arcsin(np.sqrt(half))
    contiguity = np.select([distance < 900, distance < 1100, distance < 1500], [1, 4, 5], 0)
    np.fill_diagonal(contiguity, 0)
    return position, distance, contiguity


def figures(world: Draft) -> dict[str, np.ndarray]:
    """Capabilities, products, regimes and ideal points, (T, n)."""
    rng, years = world.rng, len(world.years)
    big = np.where(np.isin(world.codes, MAJORS), 2.3, 0.0)
    size = np.exp(wandering(rng, rng.normal(0, 0.8, world.n) + big, years, 0.03))
    rich = np.exp(wandering(rng, rng.normal(8.2, 0.8, world.n), years, 0.03)) * 1.02 ** np.arange(years)[:, None]
    people = 9.0 * np.exp(np.log(size) * 0.8)
    gdp = people * rich
    liberal = wandering(rng, rng.normal(0, 1.4, world.n), years, 0.15)
    found = {
        "milex": gdp * 1000 * rng.uniform(0.02, 0.06, world.n),
        "milper": people * 8 * rng.uniform(0.5, 1.5, world.n),
        "irst": gdp * 0.02,
        "pec": gdp * 0.9,
        "tpop": people * 1000,
        "upop": people * 250,
        "gdp": gdp,
        "rich": rich,
        "people": people,
        "polyarchy": 1 / (1 + np.exp(-liberal)),
        "ideal": 0.5 * liberal + wandering(rng, rng.normal(0, 0.5, world.n), years, 0.08, 0.95),
    }
    alive = world.alive()
    six = [found[name] * alive for name in ("milex", "milper", "irst", "pec", "tpop", "upop")]
    found["cinc"] = 1.01 * np.mean([part / part.sum(axis=1, keepdims=True) for part in six], axis=0)
    return found


def disputes(world: Draft, facts: dict[str, np.ndarray], distance: np.ndarray, near: np.ndarray) -> pd.DataFrame:
    """Disputes by pair: number, states, beginning, length, level, who joined (-1 nobody); one a pair at a time."""
    rng, alive, rows = world.rng, world.alive(), []
    last, record = np.full((world.n, world.n), -30.0), np.zeros((world.n, world.n))
    busy_until = np.zeros((world.n, world.n))
    number = 0
    for t, year in enumerate(world.years):
        free = np.minimum(facts["polyarchy"][t][:, None], facts["polyarchy"][t])
        power = np.log(facts["cinc"][t] + 1e-6)
        logit = -3.0 + 2.2 * (near == 1) + 1.0 * (near > 1) - 0.5 * np.log(distance / 1000 + 0.3) - 2.0 * free
        logit = logit + 0.35 * (power[:, None] + power) / 2 + 1.5 * np.exp((last - t) / 8) + 0.5 * np.log1p(record)
        chance = np.triu(alive[t][:, None] & alive[t] & (busy_until < year), 1) / (1 + np.exp(-logit))
        for i, j in np.argwhere(rng.random(chance.shape) < chance):
            number += 1
            level = int(rng.choice([2, 3, 4, 5], p=[0.05, 0.2, 0.65, 0.1]))
            month = int(rng.integers(1, 13))
            days = int(np.ceil(rng.exponential({2: 10, 3: 50, 4: 150, 5: 700}[level])))
            parties = [(i, j, -1)]
            if rng.random() < 0.15:
                for k in rng.permutation(world.n):
                    if k not in (i, j) and alive[t, k] and busy_until[min(k, j), max(k, j)] < year:
                        parties.append((k, j, k))
                        break
            for a, b, joiner in parties:
                a, b = min(a, b), max(a, b)
                end = pd.Timestamp(year, month, 1) + pd.Timedelta(days=days - 1)
                busy_until[a, b] = end.year
                last[a, b] = last[b, a] = t
                record[a, b] = record[b, a] = record[a, b] + 1
                rows.append((number, a, b, year, month, days, end, level, joiner))
        record *= 0.955
    names = ["dispnum", "i", "j", "styear", "stmon", "days", "end", "level", "joiner"]
    return pd.DataFrame(rows, columns=names)


def pair_years(world: Draft, fights: pd.DataFrame) -> pd.DataFrame:
    """Disputes by pair and year, while both states exist."""
    alive, rows = world.alive(), []
    for row in fights.itertuples():
        for year in range(row.styear, min(row.end.year, LAST) + 1):
            if alive[year - FIRST, row.i] and alive[year - FIRST, row.j]:
                pair = (int(world.codes[row.i]), int(world.codes[row.j]), row.i == row.joiner, row.j == row.joiner)
                rows.append((row.dispnum, *pair, year, row.styear, row.stmon, row.days, row.end.year, row.level))
            else:
                break
    names = ["dispnum", "c1", "c2", "joined1", "joined2", "year", "styear", "stmon", "days", "endyear", "level"]
    return pd.DataFrame(rows, columns=names)


def alliances(world: Draft, facts: dict[str, np.ndarray], distance: np.ndarray) -> np.ndarray:
    """Obligations, (T, 5, n, n) in the order of OBLIGATIONS: pacts between two, and some of many at once."""
    rng, alive = world.rng, world.alive()
    held = np.zeros((len(world.years), 5, world.n, world.n), dtype=bool)
    now = np.zeros((5, world.n, world.n), dtype=bool)
    for t in range(len(world.years)):
        apart = np.abs(facts["ideal"][t][:, None] - facts["ideal"][t])
        liking = np.exp(-apart - distance / 4000)
        new = np.triu(rng.random(apart.shape) < 0.012 * liking, 1) & ~now.any(axis=0)
        if rng.random() < 0.06:
            centre = int(rng.integers(world.n))
            members = np.argsort(-liking[centre])[:6]
            new[np.ix_(members, members)] = True
        new = np.triu(new, 1)
        kinds = rng.random(5)[:, None, None] < np.array([0.55, 0.1, 0.15, 0.5, 0.7])[:, None, None]
        kinds[4] |= ~kinds.any(axis=0)
        now = (now | (new & kinds)) & ~(rng.random(new.shape) < 0.01)
        now &= np.triu(alive[t][:, None] & alive[t], 1)
        held[t] = now | now.transpose(0, 2, 1)
    return held


def memberships(world: Draft) -> pd.DataFrame:
    """Full members of thirty organisations: ccode, igo, start, end."""
    alive, rows = world.alive(), []
    for o in range(30):
        founded = int(world.rng.integers(FIRST, 1985))
        joins = world.rng.random(world.n) < world.rng.uniform(0.15, 0.9)
        for i in np.flatnonzero(joins & ~np.isin(world.codes, list(GAP))):
            begin = max(founded, int(world.years[alive[:, i]].min())) + int(world.rng.integers(0, 6))
            end = min(LAST, int(world.years[alive[:, i]].max()), begin + int(world.rng.exponential(80)))
            if begin <= end:
                rows.append((int(world.codes[i]), f"org{o:02d}", begin, end))
    return pd.DataFrame(rows, columns=["ccode", "igo", "start", "end"])


def tenures(world: Draft, polyarchy: np.ndarray) -> pd.DataFrame:
    """Leaders: gwcode, leader, startdate, enddate, entry, exit."""
    rows = []
    for i, code in enumerate(world.codes):
        day, number = pd.Timestamp(FIRST - 2, 3, 1), 0
        while day < pd.Timestamp(LAST, 12, 31):
            free = polyarchy[np.clip(day.year - FIRST, 0, len(world.years) - 1), i]
            stay = int(np.ceil(365 * world.rng.exponential(3.5 if free > 0.5 else 6.0)))
            end = min(day + pd.Timedelta(days=stay), pd.Timestamp(LAST, 12, 31))
            left = "Irregular" if world.rng.random() < (0.03 if free > 0.5 else 0.35) else "Regular"
            number += 1
            left = "Still in Office" if end == pd.Timestamp(LAST, 12, 31) else left
            rows.append((code, f"{code}-{number}", f"Leader {number}", day.date(), end.date(), "Regular", left))
            day = end + pd.Timedelta(days=1)
    return pd.DataFrame(rows, columns=["gwcode", "leadid", "leader", "startdate", "enddate", "entry", "exit"])


def crises(world: Draft, fights: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """International crises and their actors: the disputes that came to the use of force and lasted a week."""
    rng = world.rng
    grave = fights[(fights.level >= 4) & (fights.days >= 7) & (fights.joiner < 0)].drop_duplicates("dispnum")
    n = len(grave)
    mediated = rng.random(n) < 0.35
    end = grave.end.clip(upper=pd.Timestamp(LAST, 12, 31))
    first = pd.DataFrame(
        {
            "crisno": np.arange(1, n + 1),
            "crisname": [f"CRISIS {k}" for k in range(1, n + 1)],
            "yrtrig": grave.styear.to_numpy(),
            "motrig": grave.stmon.to_numpy(),
            "datrig": 1,
            "yrterm": end.dt.year.to_numpy(),
            "moterm": end.dt.month.to_numpy(),
            "daterm": end.dt.day.to_numpy(),
            "viol": rng.integers(1, 5, n),
            "gravcr": rng.integers(0, 7, n),
            "forout": np.where(rng.random(n) < np.where(mediated, 0.62, 0.2), 1, 4),
            "outesr": rng.integers(1, 3, n),
            "mediate": np.where(mediated, 4, 1),
            "medwho": np.where(mediated, rng.integers(2, 7, n), 1),
            "medstyle": np.where(mediated, rng.integers(2, 5, n), 1),
            "medefct": np.where(mediated, rng.integers(2, 6, n), 1),
        }
    )
    actors = [
        (k + 1, world.codes[i], row.styear, int(y), int(rng.integers(1, 5)), int(rng.integers(1, 6)))
        for k, (row, y) in enumerate(zip(grave.itertuples(), first.yrterm, strict=True))
        for i in (row.i, row.j)
    ]
    second = pd.DataFrame(actors, columns=["crisno", "cracid", "systrgyr", "yrterm", "outcom", "outfor"])
    return first, second


def system(world: Draft) -> pd.DataFrame:
    """Spells of states in the system."""
    rows = []
    for code in world.codes:
        spells = [(ENTRY.get(code, "1816-01-01"), EXIT.get(code, f"{LISTED}-12-31"))]
        if code in GAP:
            spells = [(spells[0][0], GAP[code][0]), (GAP[code][1], spells[0][1])]
        rows += [(f"S{code:02d}", code, f"State {code}", *day(a), *day(b)) for a, b in spells]
    names = ["stateabb", "ccode", "statenme", "styear", "stmonth", "stday", "endyear", "endmonth", "endday"]
    return pd.DataFrame(rows, columns=names).assign(version=LISTED)


def day(text: str) -> tuple[int, int, int]:
    """Year, month and day of an ISO date."""
    year, month, number = (int(part) for part in text.split("-"))
    return year, month, number


def tables(seed: int) -> dict[str, Any]:
    """The world as data frames, under the names of the collection; arrays that the formats differ in, under `raw`."""
    world = Draft(np.random.default_rng(seed))
    position, distance, near = geography(world)
    facts = figures(world)
    fights = disputes(world, facts, distance, near)
    icb1, icb2 = crises(world, fights)
    alive = world.alive() | np.vstack([world.alive()[1:], world.alive()[-1:]])
    t, i = np.nonzero(alive)
    at = {"ccode": world.codes[i], "year": world.years[t]}
    pact = alliances(world, facts, distance)
    gravity = facts["gdp"][:, :, None] * facts["gdp"][:, None, :] / distance.clip(200) / 4e5
    return {
        "world": world,
        "position": position,
        "near": near,
        "pact": pact,
        "imports": gravity * world.rng.lognormal(0, 0.5, gravity.shape),
        "years": pair_years(world, fights),
        "fights": fights,
        "states": system(world),
        "igo": memberships(world),
        "leaders": tenures(world, facts["polyarchy"]),
        "icb1": icb1,
        "icb2": icb2,
        "at": pd.DataFrame(at),
        "facts": {name: array[t, i] for name, array in facts.items()},
    }
