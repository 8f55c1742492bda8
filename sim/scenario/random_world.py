"""`random:N`: an invented world of N states, always the same for the same N, for tests and benchmarks.

Plausible, not calibrated: sizes fall off by rank (Zipf) with lognormal scatter, states lie in regions round the globe,
neighbours are the nearest, the largest are poles, and ties, organisations, norms and policies are mixed.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.random import Generator

from sim.core.columns import Array
from sim.core.streams import Streams
from sim.quantities import great_circle

START, END = 2000, 2050
LARGEST = 20_000.0
"""Mean gdp of the largest state, 1e9 USD."""
STATES_A_REGION = 9
NEIGHBOURS, ACROSS_WATER = 3, 2
POLICIES = {"multi_vector": 0.45, "align": 0.2, "balance": 0.15, "bandwagon": 0.1, "neutral": 0.1}
NORMS = ("non_proliferation", "carbon_neutrality", "digital_governance", "human_rights")


def random_scenario(n: int) -> dict[str, Any]:
    """The data of a scenario with n states (from 3 on), in the form of a scenario file."""
    rng = Streams(0).at(f"random scenario/{n}", 0)
    codes = [f"S{i + 1:03d}" for i in range(n)]
    latitude, longitude, region = _positions(rng, n)
    figures = _figures(rng, n)
    order = np.argsort(-figures["gdp"])
    poles = [codes[i] for i in order[: number_of_poles(n)]]
    distance = great_circle(latitude, longitude)
    near = np.argsort(np.where(np.eye(n, dtype=bool), np.inf, distance), axis=1)[
        :, : min(NEIGHBOURS + ACROSS_WATER, n - 1)
    ]
    states = {}
    for i, code in enumerate(codes):
        own = {name: values[i].item() for name, values in figures.items()}
        place = {"latitude": float(latitude[i]), "longitude": float(longitude[i]), "region": f"region_{region[i] + 1}"}
        states[code] = {"name": f"State {i + 1}", **place, **own}
    for code in poles:
        states[code] |= {"great": True, "landlocked": False}
    return {
        "name": f"random:{n}",
        "title": f"An invented world of {n} states",
        "start": START,
        "end": END,
        "poles": poles,
        "states": states,
        "ties": _ties(rng, codes, poles, near),
        "organisations": _organisations(rng, codes, poles, region),
        "norms": _norms(rng, codes),
        "policies": _policies(rng, codes, poles),
        "sources": {"all": "Invented"},
    }


def number_of_poles(n: int) -> int:
    """Two of three or four states are poles, else three to five; never all."""
    return min(n - 1, 2 if n < 5 else 3 if n < 20 else 4 if n < 80 else 5)


def _positions(rng: Generator, n: int) -> tuple[Array, Array, Array]:
    """Latitudes and longitudes in degrees, and the number of each state's region; each (n,)."""
    regions = max(1, round(n / STATES_A_REGION))
    turn = 360 * (np.arange(regions) + rng.random(regions) / 2) / regions - 180
    centre = np.stack([rng.uniform(-40, 55, regions), turn])
    region = np.arange(n) % regions
    scattered = centre[:, region] + rng.normal(0, [[8.0], [12.0]], (2, n))
    return np.clip(scattered[0], -60, 70), (scattered[1] + 180) % 360 - 180, region


def _figures(rng: Generator, n: int) -> dict[str, Array]:
    """The figures of all states, each (n,)."""
    rank = rng.permutation(n) + 1
    gdp = LARGEST * rank**-1.1 * rng.lognormal(0, 0.35, n)
    gdp_a_head = rng.lognormal(np.log(12), 0.9, n)
    oil = rng.random(n) < 0.2
    wealth = np.clip(0.25 + 0.15 * np.log(gdp_a_head / 5), 0.1, 0.9)
    return {
        "gdp": gdp,
        "population": gdp / gdp_a_head,
        "milex_share": np.clip(rng.lognormal(np.log(0.018), 0.5, n), 0.003, 0.08),
        "technology": np.clip(wealth + rng.normal(0, 0.05, n), 0.05, 0.95),
        "hydrocarbon_share": np.where(oil, rng.uniform(0.3, 0.9, n), rng.uniform(0, 0.12, n)),
        "emission_intensity": rng.lognormal(np.log(0.4), 0.5, n) * np.where(oil, 1.8, 1.0),
        "democracy": rng.beta(1.6, 1.6, n),
        "ideal_point": rng.normal(0, 0.9, n),
        "nuclear": (rank <= 3) | (rng.random(n) < 0.02),
        "landlocked": rng.random(n) < 0.2,
        "autonomy": np.clip(rng.normal(1, 0.15, n), 0.6, 1.4),
        "activism": rng.beta(2, 4, n),
        "credibility": rng.beta(4, 5, n),
    }


def _ties(rng: Generator, codes: list[str], poles: list[str], near: Array) -> dict[str, Any]:
    """Neighbours, rivalries of the poles and of some neighbours, live disputes, pacts with patrons."""
    by_land = _pairs(near[:, :NEIGHBOURS])
    by_water = _pairs(near[:, NEIGHBOURS:]) - by_land
    contiguity = [(pair, "land") for pair in sorted(by_land)] + [(pair, "water") for pair in sorted(by_water)]
    rivals = {(a, b): round(rng.uniform(0.1, 0.5), 2) for k, a in enumerate(poles) for b in poles[k + 1 :]}
    rivals[(poles[0], poles[1])] = 0.6
    fraught = [pair for pair in sorted(by_land) if rng.random() < 0.12]
    for i, j in fraught:
        pair = (codes[i], codes[j])
        if pair not in rivals and pair[::-1] not in rivals:
            rivals[pair] = round(rng.uniform(0.2, 0.8), 2)
    disputes = [((codes[i], codes[j]), int(rng.integers(1, 5))) for i, j in fraught if rng.random() < 0.4]
    clients = [code for code in codes if code not in poles and rng.random() < 0.15]
    pacts = [{"obligation": "defence", "members": [poles[rng.integers(len(poles))], code]} for code in clients]
    return {
        "contiguity": [{"pair": [codes[i], codes[j]], "kind": kind} for (i, j), kind in contiguity],
        "rivalries": [{"pair": list(pair), "level": float(level)} for pair, level in rivals.items()],
        "disputes": [{"pair": list(pair), "level": level, "since": START - 1} for pair, level in disputes],
        "pacts": pacts,
    }


def _pairs(near: Array) -> set[tuple[int, int]]:
    """Each state with its near ones, as (lower, higher)."""
    return {(min(i, int(j)), max(i, int(j))) for i, row in enumerate(near) for j in row}


def _organisations(rng: Generator, codes: list[str], poles: list[str], region: Array) -> dict[str, Any]:
    """A world organisation, one market a region, an alliance for each of two poles, a platform across."""
    held: dict[str, Any] = {
        "WORLD": {"title": "World Assembly", "kind": "global", "legitimacy": 0.6, "mediates": True, "members": codes},
    }
    for number in range(int(region.max()) + 1):
        local = [code for code, r in zip(codes, region, strict=True) if r == number]
        held[f"MARKET{number + 1}"] = {"title": f"Market of region {number + 1}", "kind": "economic", "members": local}
    for number, pole in enumerate(poles[:2]):
        allies = [code for code in codes if code not in poles and rng.random() < 0.12]
        held[f"ALLIANCE{number + 1}"] = {
            "title": f"Alliance of {pole}",
            "kind": "security",
            "obligation": ["defence", "consultation"],
            "leader": pole,
            "members": [pole, *allies],
        }
    forum = [code for code in codes if rng.random() < 0.4]
    held["FORUM"] = {"title": "Dialogue Forum", "kind": "platform", "mediates": True, "members": forum}
    return held


def _norms(rng: Generator, codes: list[str]) -> dict[str, Any]:
    norms: dict[str, Any] = {}
    for key in NORMS:
        adopters = [code for code in codes if rng.random() < 0.35]
        champions = [code for code in adopters if rng.random() < 0.1]
        norms[key] = {"title": key.replace("_", " ").capitalize(), "adopters": adopters, "entrepreneurs": champions}
    chosen = norms["carbon_neutrality"]["adopters"]
    norms["carbon_neutrality"]["targets"] = {code: START + 50 + 10 * int(rng.integers(0, 3)) for code in chosen}
    return norms


def _policies(rng: Generator, codes: list[str], poles: list[str]) -> dict[str, str]:
    names, weights = list(POLICIES), np.array(list(POLICIES.values()))
    drawn = rng.choice(len(names), size=len(codes), p=weights / weights.sum())
    return {code: names[k] for code, k in zip(codes, drawn, strict=True) if code not in poles}
