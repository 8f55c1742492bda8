"""Writes the invented world in the formats of the published data sets.

`write_world(folder)` writes every data set under the file and column names of a collection ("collection") or of the
official downloads ("official"); both tell the same. See `futures.rewrite_future` for tests against foreknowledge.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tests.empirical.invented_world import FIRST, LAST, LISTED, MAJORS, MOVED, OBLIGATIONS, tables

NAMES = {
    "states": ("cow_states_v2016", "states2016"),
    "majors": ("cow_majors_v2016", "majors2016"),
    "nmc": ("cow_nmc_v7", "NMC-60-abridged"),
    "contiguity": ("cow_contiguity_v3.2", "contdir"),
    "capitals": ("cow_capitals", "capitals"),
    "atop": ("atop_v5.1_dyadyear_to2000", "atop5_1ddyr"),
    "pairs": ("gml_mid_v2.2.1_directed_dyad_year_to2000", "dyadic_mid_4.03"),
    "disputes": ("gml_mid_v2.2.1_disputes_to2000", "MIDA 5.0"),
    "wars": ("cow_interstate_wars_v4.0", "Inter-StateWarData_v4.0"),
    "trade": ("cow_trade_v4.0_dyadic_1946_2000", "Dyadic_COW_4.0"),
    "igo": ("cow_igo_v3_full_membership_spells", "state_year_formatv3"),
    "ideal": ("unga_ideal_points_jun2024", "IdealpointestimatesAll_Jun2024"),
    "democracy": ("democracy_stateyear", "V-Dem-CY-Core-v15"),
    "polity": ("", "p5v2018"),
    "gdp": ("gdp_population_stateyear", "gdp_population_stateyear"),
    "rivalries": ("rivalries_tss", "tss_rivalries"),
    "leaders": ("archigos_v4.1", "Archigos_4.1"),
    "icb1": ("icb1_v13_crises_to2000", "icb1v15"),
    "icb2": ("icb2_v13_actors_to2000", "icb2v15"),
}
"""Data set -> file name in the collection and of the official download."""


def write_world(folder: str | Path, *, seed: int = 1, names: str = "collection") -> Path:
    """Write the invented world of a seed to a folder, which is made; returns the folder.

    Args:
        names: "collection" (compressed CSV) or "official" (plain CSV; leaders separated by tabs).
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    official = names == "official"
    made = tables(seed)
    for name, frame in published(made, official).items():
        stem = NAMES[name][official]
        if not stem:
            continue
        if official and name == "leaders":
            frame.to_csv(folder / f"{stem}.tab", index=False, sep="\t")
        else:
            frame.to_csv(folder / f"{stem}{'.csv' if official else '.csv.gz'}", index=False)
    return folder


def published(made: dict[str, Any], official: bool) -> dict[str, pd.DataFrame]:
    """The files of the world."""
    frames = {
        "states": made["states"],
        "majors": majors(),
        "contiguity": contiguity(made, official),
        "capitals": capitals(made),
        "atop": alliances(made, official),
        "pairs": cow_pairs(made) if official else gml_pairs(made),
        "disputes": disputes(made),
        "wars": wars(made),
        "trade": trade(made, official),
        "igo": wide(made["igo"], made["at"]) if official else made["igo"],
        "rivalries": rivalries(made),
        "leaders": made["leaders"].rename(columns={"gwcode": "ccode"} if official else {}),
        "icb1": made["icb1"],
        "icb2": made["icb2"],
    }
    return frames | state_years(made, official)


def majors() -> pd.DataFrame:
    """Major powers; the last becomes one in 1950."""
    rows = [(code, 1950 if code == 710 else 1900, 1, 1, LISTED, 12, 31) for code in MAJORS]
    return pd.DataFrame(rows, columns=["ccode", "styear", "stmonth", "stday", "endyear", "endmonth", "endday"])


def state_years(made: dict[str, Any], official: bool) -> dict[str, pd.DataFrame]:
    """Figures by state and year."""
    at, facts = made["at"], made["facts"]
    figures = {name: facts[name].round(4) for name in ("milex", "milper", "irst", "pec", "tpop", "upop")}
    nmc = at.assign(**figures, cinc=facts["cinc"].round(9))
    if official:
        nmc = nmc.assign(stateabb="X", version=2021).fillna(-9)
    ideal = at.assign(IdealPointAll=facts["ideal"].round(6), NVotesAll=60)
    polity = (20 * facts["polyarchy"] - 10).round()
    regime = at.assign(v2x_polyarchy=facts["polyarchy"].round(4))
    economy = at.assign(mrgdppc=facts["rich"], pwtrgdp=facts["gdp"], pwtpop=facts["people"])
    if official:
        ideal = ideal.assign(session=ideal.year - 1945, Countryname="Ñ").drop(columns="year")
        regime = regime.rename(columns={"ccode": "COWcode"}).assign(country_name="X")
    else:
        regime = regime.assign(polity2=polity)
    return {"nmc": nmc, "ideal": ideal, "democracy": regime, "polity": at.assign(polity2=polity), "gdp": economy}


def contiguity(made: dict[str, Any], official: bool) -> pd.DataFrame:
    """Borders from 1816 on; one in ten of them ends in 1976, one in ten begins in 1995."""
    codes = made["world"].codes
    rows = []
    for k, (i, j) in enumerate(np.argwhere(made["near"] > 0)):
        if official and i > j:
            continue
        begin, end = (199503, 201612) if (i + j) % 10 == 3 else (181601, 197606 if (i + j) % 10 == 6 else 201612)
        rows.append((k, codes[i], codes[j], made["near"][i, j], begin, end))
    if official:
        return pd.DataFrame(rows, columns=["dyad", "statelno", "statehno", "conttype", "begin", "end"])
    table = pd.DataFrame(rows, columns=["dyad", "ccode1", "ccode2", "conttype", "stdate", "enddate"])
    for name in ("stdate", "enddate"):
        table[name] = table[name].map(lambda v: f"{v // 100}-{v % 100:02d}-01")
    return table.drop(columns="dyad")


def capitals(made: dict[str, Any]) -> pd.DataFrame:
    """Capitals, of which one moves in 1997."""
    rows = []
    for code, (lat, lng) in zip(made["world"].codes, made["position"], strict=True):
        moved = MOVED.get(code)
        rows.append((code, f"City {code}", "1816-01-01", moved[0] if moved else "2024-12-31", lat, lng))
        if moved:
            rows.append((code, f"New City {code}", moved[0], "2024-12-31", lat + moved[1], lng + moved[2]))
    return pd.DataFrame(rows, columns=["ccode", "capital", "stdate", "enddate", "lat", "lng"])


def alliances(made: dict[str, Any], official: bool) -> pd.DataFrame:
    """Obligations of pairs by year; official: directed."""
    t, i, j = np.nonzero(made["pact"].any(axis=1))
    kept = np.ones(len(t), dtype=bool) if official else i < j
    t, i, j = t[kept], i[kept], j[kept]
    names = ("stateA", "stateB") if official else ("ccode1", "ccode2")
    codes = made["world"].codes
    table = pd.DataFrame({names[0]: codes[i], names[1]: codes[j], "year": t + FIRST})
    for k, name in enumerate(OBLIGATIONS):
        table[name if official else f"atop_{name}"] = made["pact"][t, k, i, j].astype(int)
    return table


def gml_pairs(made: dict[str, Any]) -> pd.DataFrame:
    """Disputes by directed pair and year, as Gibler, Miller and Little publish them."""
    y = made["years"]
    half = pd.DataFrame(
        {
            "dispnum": y.dispnum,
            "ccode1": y.c1,
            "ccode2": y.c2,
            "year": y.year,
            "gmlmidongoing": 1,
            "gmlmidonset": (y.year == y.styear).astype(int),
            "orig1": (~y.joined1).astype(int),
            "orig2": (~y.joined2).astype(int),
            "hostlev1": y.level,
            "hostlev2": (y.level - 1).clip(1),
            "hostlev": y.level,
            "fatality": (y.level - 3).clip(0),
            "mindur": y.days,
            "maxdur": y.days,
            "stmon": y.stmon,
        }
    )
    turns = {f"{name}{a}": f"{name}{b}" for name in ("ccode", "orig", "hostlev") for a, b in ((1, 2), (2, 1))}
    return pd.concat([half, half.rename(columns=turns)], ignore_index=True)


def cow_pairs(made: dict[str, Any]) -> pd.DataFrame:
    """The same as the Correlates of War project publishes them."""
    y = made["years"]
    return pd.DataFrame(
        {
            "disno": y.dispnum,
            "dyindex": np.arange(len(y)),
            "statea": y.c1,
            "stateb": y.c2,
            "year": y.year,
            "strtday": -9,
            "strtmnth": y.stmon,
            "strtyr": y.styear,
            "endyear": y.endyear,
            "hihost": y.level,
            "hihosta": y.level,
            "hihostb": (y.level - 1).clip(1),
            "fatlev": (y.level - 3).clip(0),
            "rolea": np.where(y.joined1, 2, 1),
            "roleb": np.where(y.joined2, 4, 3),
        }
    )


def participants(made: dict[str, Any]) -> pd.DataFrame:
    """The same by participant (MIDB): the second of a pair on side B; joiners on side A."""
    rows = []
    for _, pairs in made["years"].groupby("dispnum"):
        for place, side in (("1", 1), ("2", 0)):
            one = pairs.rename(columns={f"c{place}": "ccode", f"joined{place}": "joined"}).assign(sidea=side)
            rows.append(one)
    y = pd.concat(rows).groupby(["dispnum", "ccode", "sidea"], as_index=False).first()
    names = {"ccode": y.ccode, "dispnum": y.dispnum, "stmon": y.stmon, "styear": y.styear, "endmon": -9}
    return pd.DataFrame(
        {
            **names,
            "endyear": y.endyear.clip(upper=LAST),
            "sidea": y.sidea,
            "orig": (~y.joined).astype(int),
            "hostlev": y.level,
        }
    )


def disputes(made: dict[str, Any]) -> pd.DataFrame:
    """Disputes by dispute."""
    y = made["fights"].drop_duplicates("dispnum")
    return pd.DataFrame(
        {
            "dispnum": y.dispnum,
            "styear": y.styear,
            "stmon": y.stmon,
            "outcome": 6,
            "settle": 1 + y.dispnum % 4,
            "fatality": (y.level - 3).clip(0),
            "mindur": y.days,
            "maxdur": y.days,
            "hiact": 8,
            "hostlev": y.level,
            "recip": y.dispnum % 2,
        }
    )


def wars(made: dict[str, Any]) -> pd.DataFrame:
    """Participants of the disputes that came to war."""
    rows = []
    for k, row in enumerate(made["fights"].query("level == 5 and joiner < 0").itertuples(), start=1):
        end = min(row.end, pd.Timestamp(LAST, 12, 30))
        for side, i in ((1, row.i), (2, row.j)):
            day = (row.stmon, 1, row.styear, end.month, end.day, end.year)
            code = made["world"].codes[i]
            rows.append((k, f"War {k}", code, side, *day, *[-8] * 6, side, side, 1000 * (k + side)))
    parts = [f"{which}{part}{n}" for n in (1, 2) for which in ("Start", "End") for part in ("Month", "Day", "Year")]
    return pd.DataFrame(
        rows, columns=["WarNum", "WarName", "ccode", "Side", *parts, "Initiator", "Outcome", "BatDeath"]
    )


def trade(made: dict[str, Any], official: bool) -> pd.DataFrame:
    """Imports of each from the other; one flow in twenty is not known."""
    world, imports = made["world"], made["imports"]
    alive = world.alive()
    t, i, j = np.nonzero(np.triu(alive[:, :, None] & alive[:, None, :], 1))
    flows = [imports[t, i, j].round(3), imports[t, j, i].round(3)]
    flows[0][(t + i + j) % 20 == 0] = -9 if official else np.nan
    table = {"ccode1": world.codes[i], "ccode2": world.codes[j], "year": t + FIRST}
    extra = {"importer1": "X", "importer2": "Y"} if official else {}
    return pd.DataFrame({**table, **extra, "flow1": flows[0], "flow2": flows[1]})


def wide(spells: pd.DataFrame, at: pd.DataFrame) -> pd.DataFrame:
    """Members by state and year, a column an organisation: 1 full member, 0 none, -1 not yet founded."""
    table = at.assign(state="x").sort_values(["ccode", "year"], ignore_index=True)
    columns = {}
    for igo, members in spells.groupby("igo"):
        held = np.where(table.year < members.start.min(), -1, 0)
        for row in members.itertuples():
            held[(table.ccode == row.ccode) & table.year.between(row.start, row.end)] = 1
        columns[str(igo).upper()] = held
    return table.assign(**columns)


def rivalries(made: dict[str, Any]) -> pd.DataFrame:
    """Pairs with three disputes and more, from their first on, until ten years after their last."""
    fights, codes = made["fights"], made["world"].codes
    rows = []
    for k, ((i, j), group) in enumerate(fights.groupby(["i", "j"])):
        if len(group) >= 3:
            rows.append(
                (k, "R", codes[i], codes[j], group.styear.min(), min(LAST, group.styear.max() + 10), 1.0, np.nan)
            )
    table = pd.DataFrame(
        rows, columns=["tssr_id", "rivalry", "ccode1", "ccode2", "start", "end", "spatial", "positional"]
    )
    return table.assign(ideological=np.nan, interventionary=np.nan)
