"""Element 7 of the description: every mechanism, policy and measure, the vocabulary of events, and the references."""

from __future__ import annotations

from collections.abc import Iterator

from sim.describe import ASSUMED, Description, everything, references
from sim.mechanisms._shock_kinds import SHOCKS
from sim.model_description.literature import Use, by_work, keys_in, mentions, uses_of
from sim.model_description.markdown import (
    block,
    bounds,
    code,
    codes,
    joined,
    link,
    number,
    plain,
    prose,
    table,
)
from sim.timeline import Phase

HEAD = """
    The text below is read from the code: the docstring of every mechanism and policy and the declaration of every
    number. A *source* of a number is a work that gives it, or (keys that end in `fit`) the data from which this project
    worked it out. Works that only support the form of a rule are named under *Source* of the rule; the numbers then are
    `assumed`.
"""

CHANGED = """
    A mechanism is switched off by `mechanisms.NAME=false`, a number changed by `mechanisms.NAME.PARAMETER=VALUE`, in a
    scenario or on the command line.
"""

POLICIES = """
    A policy is asked once a step for all the states that hold it and proposes the appeal of the options of the
    portfolio, the taste for spreading ties, a factor on the military need, what it adds to the surplus seen in pacts,
    a factor on the will to mediate, how open the state is to trade, its wish for memberships and how hard it campaigns
    for norms. A user's own policy takes the same place, written for arrays or for one state in plain Python.
"""

EVENTS = """
    What a run reports, by kind. A kind that can be refused has a second sentence. The fields in braces are filled with
    who took part; every event also carries the terms, the chance and the number drawn of the decision, where there was
    one.
"""


def submodels() -> str:
    """Element 7, but for the references."""
    parts = ["## 7. Submodels", prose(HEAD), tally(), prose(CHANGED)]
    mechanisms = list(everything("mechanism"))
    for n, phase in enumerate(Phase, 1):
        parts += [f"### 7.{n} {phase.name}", plain(phase.value)]
        parts += [unit(told) for told in mechanisms if told["phase"] == phase.name]
    parts += [f"### 7.{len(Phase) + 1} Policies", prose(POLICIES), *(unit(told) for told in everything("policy"))]
    parts += [f"### 7.{len(Phase) + 2} Measures", *measures()]
    parts += [f"### 7.{len(Phase) + 3} Events", prose(EVENTS), vocabulary()]
    return joined(parts)


def tally() -> str:
    """How many numbers there are and how many rest on a source."""
    told = [*everything("mechanism"), *everything("policy")]
    sources = [parameter["source"] for each in told for parameter in each["parameters"]]
    guessed = sources.count(ASSUMED)
    return (
        f"There are {len(sources)} numbers; {len(sources) - guessed} rest on a source and **{guessed} are assumed**"
        " (`detente describe --assumed` lists them)."
    )


def unit(told: Description) -> str:
    """All about one mechanism or policy."""
    name = told["name"]
    symbols = [[code(cells[0]), *map(plain, cells[1:])] for row in told["symbols"] if (cells := list(row.values()))]
    rows = [parameter_row(parameter) for parameter in told["parameters"]]
    return joined(
        [
            f"#### {name}",
            plain(told["sentence"]),
            block(told["equation"]) if told["equation"] else "",
            table(list(told["symbols"][0]), symbols) if symbols else "",
            *(plain(note) for note in told["notes"].splitlines()),
            f"*Assumes:* {plain(told['assumes'])}" if told["assumes"] else "",
            f"*Source:* {plain(told['source'])}" if told["source"] else "",
            table(["parameter", "default", "unit", "bounds", "meaning", "source"], rows) if rows else "",
            kinds_of_shock() if name == "shocks" else "",
            f"*Reads* {codes(told['reads'])}." + (f" *Writes* {codes(told['writes'])}." if "writes" in told else ""),
        ]
    )


def parameter_row(parameter: Description) -> list[str]:
    """One number, its source linked to the references."""
    keys = keys_in(parameter["source"])
    source = ", ".join(link(key, key) for key in keys) or plain(parameter["source"])
    limits = bounds(parameter["low"], parameter["high"])
    return [code(parameter["name"]), number(parameter["default"]), plain(parameter["unit"]), limits,
            plain(parameter["doc"]), source]  # fmt: skip


def kinds_of_shock() -> str:
    """The table of transnational shocks."""
    channels = ("gdp", "legitimacy", "affinity", "grievance", "credibility")
    rows = [
        [plain(s.kind), number(s.rate), number(s.tail), "the world" if s.worldwide else "neighbours",
         ", ".join(f"{name} {getattr(s, name):g}" for name in channels if getattr(s, name)),
         code(s.norm), number(s.since) if s.since > 0 else "", plain(s.doc)]
        for s in SHOCKS
    ]  # fmt: skip
    head = ["shock", "rate a year", "tail", "felt by", "weights at size 1", "damped by norm", "since", "what it is"]
    return table(head, rows)


# -- measures and events -----------------------------------------------------------------------------------------------
def measures() -> Iterator[str]:
    """Tables of the measures of the world and of states."""
    head = ["measure", "unit", "bounds", "meaning", "source"]
    for per, title in (("world", "One number for the world:"), ("state", "One number for each state:")):
        rows = [
            [code(told["name"]), plain(told["unit"]), bounds(told["low"], told["high"]), plain(told["sentence"]),
             ", ".join(link(key, key) for key in keys_in(told["source"])) or plain(told["source"])]
            for told in everything("measure")
            if told["per"] == per
        ]  # fmt: skip
        yield joined([title, table(head, rows)])


def vocabulary() -> str:
    """The table of kinds of events."""
    rows = []
    for told in everything("mechanism"):
        for kind, sentence in told["events"].items():
            rows.append([code(kind), link(told["name"], told["name"]), plain(sentence)])
    return table(["kind", "mechanism", "sentence"], rows)


# -- references --------------------------------------------------------------------------------------------------------
def bibliography(prose_of_sections: dict[str, str]) -> str:
    """The works that the description cites, each with what cites it.

    Args:
        prose_of_sections: name of a section written by hand -> its text.

    Raises:
        UnknownMentionError: a work is mentioned that references.toml does not hold.
    """
    uses = [(told["name"], use) for told in everything() for use in uses_of(told)]
    uses += [("shocks", Use(each.key, each.clause)) for shock in SHOCKS for each in mentions(shock.doc)]
    uses += [(name, Use(each.key, each.clause)) for name, text in prose_of_sections.items() for each in mentions(text)]
    listed = [entry(key, list(users)) for key, users in by_work(uses).items()]
    return joined(["## References", "Cited above, and (in brackets) by what.", "\n".join(listed)])


def entry(key: str, users: list[str]) -> str:
    """One reference with its anchor."""
    return f'- <a id="{key.lower()}"></a>**{key}.** {plain(references()[key])} ({plain(", ".join(users))})'
