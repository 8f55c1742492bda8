"""What somebody who publishes a run should cite: the program, the literature of the rules it used, the data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from sim import __version__
from sim.describe import ASSUMED, Description, everything, of_kind, references
from sim.model_description.literature import Use, by_work, uses_of
from sim.results import Run
from sim.scenario.references import NAMES_CODE

FRAMEWORK = ("framework", "agents and model class", "TerHoevenEtAl2025")
"""Kind of user, what for, and key of the library whose classes the agents are."""

type Report = dict[str, Any]


def literature_behind(runs: Sequence[Run]) -> Report:
    """What lies behind one run, or behind replicates of one scenario.

    Returns:
        scenario, title, hash, seeds; `detente` (how to cite the program); mechanisms, switched_off, policies,
        own_policies (names); `references` of those mechanisms and policies and `also` of the measures, columns and
        framework (each key, citation, uses: a list of kind, name, purposes); numbers (how many, how many assumed); data
        (figures and source) and ties (place and source) of the scenario. Plain values, ready for JSON.
    """
    scenario = runs[0].scenario
    rules, held = list(scenario.rules()), policies_held(runs)
    own = [name for name in held if NAMES_CODE.fullmatch(name)]
    used = [*described("mechanism", rules), *described("policy", held)]
    rest = [*everything("measure"), *everything("column")]
    framework = ((FRAMEWORK[0], "Mesa"), Use(FRAMEWORK[2], FRAMEWORK[1]))
    return {
        "scenario": scenario.name,
        "title": scenario.title,
        "hash": runs[0].provenance.get("scenario_hash", scenario.hash),
        "seeds": [run.seed for run in runs],
        "detente": program(runs[0]),
        "mechanisms": rules,
        "switched_off": sorted(set(of_kind("mechanism")) - set(rules)),
        "policies": [name for name in held if name not in own],
        "own_policies": own,
        "references": listed(used),
        "also": listed(rest, framework),
        "numbers": numbers(used),
        "data": [{"figures": what, "source": source} for what, source in scenario.sources.items()],
        "ties": list(sources_within(scenario.model_dump(mode="json"))),
    }


def policies_held(runs: Sequence[Run]) -> list[str]:
    """Names of the policies by which any state that existed decided at any time."""
    held: set[str] = set()
    for run in runs:
        numbers = np.unique(run.states["policy"][run.states["alive"].astype(bool)])
        held |= {run.names.policies[int(number)] for number in numbers}
    return sorted(held)


def described(kind: str, names: Sequence[str]) -> list[Description]:
    """The descriptions of some mechanisms or policies; code of the user's own is left out."""
    return [told for told in everything(kind) if told["name"] in names]


def program(run: Run) -> Report:
    """How to cite Détente as it made this run."""
    version = run.provenance.get("versions", {}).get("detente", __version__)
    year, commit = str(run.provenance.get("created", ""))[:4], run.provenance.get("commit")
    changed = ", with local changes" if run.provenance.get("modified") else ""
    made = f" ({year})" if year else ""
    exact = f" Commit {commit[:12]}{changed}." if commit else ""
    what = f"Détente {version}: an agent-based simulator of world politics [computer program]."
    return {"cite": f"Détente contributors{made}. {what}{exact}", "version": version, "commit": commit}


def listed(told: Sequence[Description], *more: tuple[tuple[str, str], Use]) -> list[Report]:
    """Every work that the described items rest on, with what each took from it."""
    uses = [((each["kind"], each["name"]), use) for each in told for use in uses_of(each)]
    return [
        {
            "key": key,
            "citation": references()[key],
            "uses": [{"kind": kind, "name": name, "purposes": for_what} for (kind, name), for_what in users.items()],
        }
        for key, users in by_work([*uses, *more]).items()
    ]


def numbers(told: Sequence[Description]) -> dict[str, int]:
    """How many parameters the items have, and how many of them rest on no source."""
    sources = [parameter["source"] for each in told for parameter in each["parameters"]]
    return {"all": len(sources), "assumed": sources.count(ASSUMED)}


def sources_within(part: Any, place: str = "") -> Iterator[dict[str, str]]:
    """Every `source` that stands beside a state, tie, organisation or norm: its place and what it says."""
    inside = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    for key, value in inside:
        if key == "source" and isinstance(value, str) and value:
            yield {"place": named(part, place), "source": value}
        elif isinstance(value, dict | list):
            yield from sources_within(value, f"{place}.{key}".lstrip(".") if isinstance(part, dict) else place)


def named(part: dict[str, Any], place: str) -> str:
    """A tie by whom it ties, other things by their key."""
    ends = part.get("members") or part.get("pair") or [part[end] for end in ("sender", "target") if part.get(end)]
    return f"{place} {' '.join(ends)}" if place.startswith("ties.") and ends else place
