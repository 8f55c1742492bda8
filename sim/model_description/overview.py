"""Elements 1 to 3 of the description: purpose and patterns; entities, state variables and scales; scheduling."""

from __future__ import annotations

import ast
import inspect
import textwrap
from typing import Any

from sim.core.columns import Column
from sim.describe import AXES, Description, everything, of_kind
from sim.model_description.markdown import bounds, code, codes, joined, link, number, plain, prose, table
from sim.policies.proposals import PROPOSED
from sim.timeline import Phase
from sim.world import World

PURPOSE = """
    Détente simulates world politics to ask one question: **how do middle powers that keep ties to several great powers
    at once (multi-vector diplomacy), mediate, and build coalitions and norms change the stability of the international
    system, and when does that balancing act fail?** Kazakhstan between Russia, China, the United States and the
    European Union is the main case; Türkiye, Qatar, Singapore, Indonesia, South Korea, India, Brazil, South Africa,
    Canada and Australia are others.

    It is a tool for *comparison and explanation*: the same seeds with one thing changed, and the terms of every
    decision. It is not a forecast: it gives no dates and no probabilities of real events that anybody should act upon.
"""

OPEN = """
    The question is open in the model. No term says that hedging lowers conflict, or that it raises it. Balancing acts
    upon the world through four channels only, each with a switch of its own, so that an experiment can take them away
    one by one and together:
"""

CHANNELS = (
    ("bridging of affinity and trade: friends of friends", "affinity", "balance"),
    ("acceptability as a go-between: who is beholden to no pole is believed", "credibility", "by_balance"),
    ("contestability: a state that could go either way is courted, and its suitors resent each other", "courtship",
     "contested"),
    ("ambiguous guarantees: a client that hedges is defended less surely", "guarantee", "ambiguity"),
)  # fmt: skip
"""The ways in which balancing acts upon the world: what happens, and the mechanism and parameter that end it at 0."""

LIMITS = """
    What the model cannot do:

    - **Scenarios are no forecasts.** Most of its numbers are assumed (section 7 counts them); trust directions and
      paired differences, not levels or dates. What it can forecast from data, disputes and pacts between pairs, is
      scored beside baselines by `detente hindcast` (docs/forecasts.md).
    - **States are single actors.** There are no parties, ministries, firms, peoples or armed groups; domestic politics
      is legitimacy, democracy, and the leader's time in office. A union of states such as the European Union may be
      entered as one actor, and then has no inner disagreements.
    - **Nobody deceives, plans or learns.** Governments see the world as it is, react to the present, and keep their
      rule of decision until a scenario or intervention changes it.
    - **Space is thin.** Distance between capitals and borders count; territory, terrain, bases and routes do not exist.
      No state conquers, splits or dies in war.
    - **The world is as large as the scenario.** Who is not in it does not trade, threaten, mediate or vote.
    - **Texts of treaties, summits, speeches, intelligence, media and public opinion** do not exist, and the economy has
      no sectors, prices (but that of oil), money or debt.
"""

PATTERNS = (
    ("disputes begin at 3.4 per 1000 pairs and year among all pairs, 26.5 among politically relevant ones (1946-1990); "
     "land neighbours 37 times as often as other pairs", "Gibler, Miller & Little 2016"),
    ("highest level of a dispute: threat .02, display .17, use of force .77, war .03; participants 2.4 on average",
     "Gibler, Miller & Little 2016"),
    (".67 inter-state wars a year (1946-1990); sizes with a heavy tail, exponent about 1.5",
     "Sarkees & Wayman 2010"),
    ("joint democracies quarrel about a fifth as often as other relevant pairs (1946-2010)",
     "Gibler, Miller & Little 2016"),
    ("defence pacts tie .08 of all pairs (clustering .95, modularity .58) and are concluded in bursts",
     "Leeds, Ritter, Mitchell & Long 2002"),
    ("a third of international crises is mediated: by states, the United Nations, regional organisations, groups",
     "Brecher and Wilkenfeld 2000"),
    ("power shares of the first 1, 5, 10 states are .21, .59, .71 and keep their ranks over twenty years",
     "Singer 1987"),
    ("positions in the United Nations correlate at .965, .896, .837, .719 with those 1, 5, 10, 20 years earlier",
     "Bailey, Strezhnev and Voeten 2017"),
    ("with two poles, a balancing act collapses where rivalry exceeds (rho - |b1 - b2|) / kappa, and above "
     "(rho + |b1 - b2|) / kappa history decides between two camps", "closed form of the portfolio flow"),
    ("an arms race of two is stable exactly if the product of the reactions is below 1", "Richardson 1960"),
    ("structural balance alone ends in one or two camps, those of the leading eigenvector", "Marvel et al. 2011"),
)  # fmt: skip
"""Patterns that the model is judged by, and whose they are."""

SCALES = """
    **Time** passes in steps of `dt` years (a quarter, unless the scenario says otherwise) from the scenario's `start`
    to its `end`. All rates are per year: a rate r becomes the chance 1 - exp(-r dt) within a step, so that halving `dt`
    leaves yearly statistics as they are. **Space** is the globe: states lie at their capitals, distances are great
    circles in kilometres, land neighbours are at distance 0 for what distance weakens. **Money** is 1e9 constant USD.
    The number of states, poles, organisations and norms is that of the scenario.
"""

ENTITIES = """
    - **States** are the agents: great powers (listed by the scenario), middle powers (by size or by behaviour; the tier
      may change in a run) and small powers. Each holds a policy, the rule by which it decides.
    - **Poles** are the great powers that others align with: weighted sets of states, given by the scenario.
    - **Organisations** bind their members (shared obligations), mediate, and let members talk. They are agents too.
    - **Norms** are adopted, defended and abandoned by states.
    - **Pairs of states** carry affinity, threat, trade, pacts, sanctions, grievances, rivalry and disputes. A dispute
      is a mark that its pairs share, so that others can join it.
    - **The world at large** has the oil price and counts of what has happened.

    In `[i, j]` the row does something to, or feels something about, the column. Every variable is a column of one store
    of arrays; agents are views of its rows. Columns are clipped to their bounds, and how often a bound bound is
    recorded in every run. *Derived* columns follow from others and hold no memory of their own.
"""

STEP = """
    In every step the phases below follow each other. All mechanisms of a phase see the same world; their increments
    add, and two mechanisms that would set one column in the same phase are an error. The result is applied, within
    bounds, before the next phase begins, so the order of mechanisms inside a phase does not matter. Scheduled events
    that fall due within the step are carried out before the mechanisms of SHOCK. Before the mechanisms of DECIDE, every
    policy is asked once for all states that hold it; what it proposes fills the columns of proposals. With
    `activation` set to "random" or "by_power" states come one after another here: each proposes and moves its own
    portfolio and arms before the next one looks. After the last phase the clock moves by `dt` and all measures are
    recorded.
"""

GROUPS = (
    ("States", lambda c: set(c.axes) == {"i"}),
    ("States and poles", lambda c: bool(set(c.axes) & set("gho"))),
    ("Organisations", lambda c: "m" in c.axes),
    ("Norms", lambda c: "q" in c.axes),
    ("Pairs of states", lambda c: "j" in c.axes),
    ("The world at large", lambda c: not c.axes),
)
"""Headings of the tables of columns; a column stands under the first that fits."""


def purpose() -> str:
    """Element 1."""
    told = [[plain(what), code(f"mechanisms.{unit}.{name}=0")] for what, unit, name in CHANNELS]
    judged = "The model is judged by these patterns. They are targets; how far a version meets them is not said here."
    return joined(
        [
            "## 1. Purpose and patterns",
            prose(PURPOSE),
            prose(OPEN),
            table(["channel", "taken away by"], told),
            judged,
            table(["pattern", "whose"], [[plain(what), plain(whose)] for what, whose in PATTERNS]),
            prose(LIMITS),
        ]
    )


# -- entities ----------------------------------------------------------------------------------------------------------
def entities() -> str:
    """Element 2: all columns of the world."""
    axes = table(["letter", "runs over"], [[code(letter), plain(what)] for letter, what in AXES.items()])
    parts = ["## 2. Entities, state variables, and scales", "### Entities", prose(ENTITIES)]
    parts += ["### Scales", prose(SCALES), "### Axes", axes, "### State variables"]
    for title, stored, derived in grouped():
        parts += [f"#### {title}", columns_table(stored) if stored else ""]
        parts += ["Derived:", columns_table(derived)] if derived else []
    return joined(parts)


def grouped() -> list[tuple[str, list[Description], list[Description]]]:
    """Heading, stored and derived columns, every column once."""
    rest: dict[str, Column] = dict(World.declarations())
    told = {each["name"]: each for each in everything("column")}
    groups = []
    for title, belongs in GROUPS:
        own = [told[name] for name, column in rest.items() if belongs(column)]
        groups.append((title, [c for c in own if not c["derived"]], [c for c in own if c["derived"]]))
        rest = {name: column for name, column in rest.items() if not belongs(column)}
    if rest:
        raise ValueError(f"no heading for the columns {', '.join(rest)}; add one to GROUPS")
    return groups


def columns_table(columns: list[Description]) -> str:
    """Name, shape, unit, bounds, start, writers and meaning of columns."""
    rows = []
    for column in columns:
        kind = [word for word in ("symmetric", "fixed") if column[word]]
        kind += [column["type"]] if column["type"] != "float" else []
        shape = f"[{', '.join(column['axes'])}]" if column["axes"] else "()"
        start = "" if column["derived"] else number(column["initial"])
        limits = bounds(column["low"], column["high"])
        rows.append([code(column["name"]), code(shape), plain(column["unit"]), limits, start, ", ".join(kind),
                     writers(column), plain(column["sentence"])])  # fmt: skip
    return table(["column", "shape", "unit", "bounds", "starts at", "kind", "written by", "meaning"], rows)


def writers(column: Description) -> str:
    """Who changes a column: mechanisms, or the policies."""
    by = [link(name, name) for name in column["written_by"]]
    return ", ".join(by + (["policies"] if column["name"] in PROPOSED else []))


# -- process -----------------------------------------------------------------------------------------------------------
def process() -> str:
    """Element 3: the phases, and the mechanisms in each with what they read and write."""
    by_phase = {phase: [m for m in everything("mechanism") if m["phase"] == phase.name] for phase in Phase}
    rows = [
        [str(n), code(phase.name), plain(phase.value), ", ".join(link(m["name"], m["name"]) for m in by_phase[phase])]
        for n, phase in enumerate(Phase, 1)
    ]
    parts = ["## 3. Process overview and scheduling", prose(STEP)]
    parts += [table(["", "phase", "what happens", "mechanisms"], rows)]
    head = ["mechanism", "what it does", "reads", "writes"]
    for phase, own in by_phase.items():
        listed = [
            [link(m["name"], m["name"]), plain(m["sentence"]), codes(m["reads"]), codes(m["writes"])] for m in own
        ]
        parts += [f"### {phase.name}", table(head, listed)]
    return joined(parts)


def draws(mechanism: type[Any]) -> bool:
    """Whether a mechanism uses its random generator."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(mechanism)))
    return any(isinstance(node, ast.Name) and node.id == "rng" for node in ast.walk(tree))


def drawing() -> list[str]:
    """Names of the mechanisms that draw random numbers."""
    return [name for name, kind in of_kind("mechanism").items() if draws(kind)]
