"""The data sets that are read: how their files and columns are called, what codes are allowed, where to get them."""

from __future__ import annotations

from dataclasses import replace

from sim.empirical.sources import Column, Layout, Source

COW = "correlatesofwar.org/data-sets/"
YEAR = Column("year", low=1400, high=2100, key=True)
FLAG = (0.0, 1.0)
POLITY = Column("polity", ("polity2",), -10, 10, missing=(-66, -77, -88, -99))


def state(name: str = "ccode", *spelled: str) -> Column:
    """A column of COW state numbers."""
    return Column(name, spelled, low=1, high=999, key=True)


def pair(*spelled: tuple[str, str]) -> Layout:
    """The two columns of a pair of states."""
    return (
        state("ccode1", *(first for first, _ in spelled)),
        state("ccode2", *(second for _, second in spelled)),
    )


def numbers(*names: str, low: float = float("-inf"), high: float = float("inf"), optional: bool = False) -> Layout:
    """Columns of plain figures."""
    return tuple(Column(name, low=low, high=high, optional=optional) for name in names)


def texts(*names: str, optional: bool = True) -> Layout:
    """Columns of words."""
    return tuple(Column(name, kind="text", optional=optional) for name in names)


def day(prefix: str) -> Layout:
    """Year, month and day of a beginning (`st`) or an end (`end`)."""
    return (
        Column(f"{prefix}year", low=1400, high=9999, key=prefix == "st"),
        Column(f"{prefix}month", low=1, high=12, optional=True),
        Column(f"{prefix}day", low=1, high=31, optional=True),
    )


SPELL = (
    Column("start", ("stdate", "begin"), kind="date", key=True),
    Column("end", ("enddate",), kind="date"),
)
OBLIGATIONS: Layout = tuple(
    Column(name, (f"atop_{name}",), *FLAG) for name in ("defense", "offense", "neutral", "nonagg", "consul")
)
LEVEL = Column("hostlev", ("hihost",), 0, 5)
DISPUTE = Column("dispnum", ("dispnum3", "disno"), key=True)
DISPUTE_FACTS: Layout = (
    LEVEL,
    Column("fatality", ("fatlev",), 0, 6, optional=True),
    Column("mindur", ("mindur",), 0, optional=True),
    Column("maxdur", ("cumdurat", "durindx"), 0, optional=True),
)
RIVAL_KINDS = ("positional", "spatial", "ideological", "interventionary")

LIST = (
    Source(
        "states",
        "Correlates of War state system membership",
        ("cow_states", "states2"),
        {"spells": (state(), *texts("stateabb", "statenme", optional=False), *day("st"), *day("end"))},
        "COW2017",
        f"{COW}state-system-membership (states2016.csv)",
        needed=True,
    ),
    Source(
        "majors",
        "Correlates of War major powers",
        ("cow_majors", "majors"),
        {"spells": (state(), *day("st"), *day("end"))},
        "COW2017",
        f"{COW}state-system-membership (majors2016.csv)",
        needed=True,
    ),
    Source(
        "capabilities",
        "Correlates of War National Material Capabilities",
        ("cow_nmc", "nmc"),
        {"years": (state(), YEAR, *numbers("milex", "milper", "irst", "pec", "tpop", "upop", "cinc", low=0))},
        "Singer1987",
        f"{COW}national-material-capabilities (NMC-60-abridged.csv)",
        needed=True,
        unique=("ccode", "year"),
    ),
    Source(
        "contiguity",
        "Correlates of War direct contiguity",
        ("cow_contiguity", "contdir"),
        {
            "spells": (*pair(("statelno", "statehno")), Column("conttype", low=0, high=5), *SPELL),
            "years": (*pair(("state1no", "state2no")), Column("conttype", low=0, high=5), YEAR),
        },
        "StinnettEtAl2002",
        f"{COW}direct-contiguity (contdir.csv)",
        needed=True,
        avoid=("contdirs",),
    ),
    Source(
        "capitals",
        "Capitals of the states of the Correlates of War list, with coordinates",
        ("cow_capitals", "capitals"),
        {
            "spells": (
                state(),
                Column("start", ("stdate",), kind="date", key=True),
                Column("lat", ("latitude",), -90, 90, missing=()),
                Column("lng", ("longitude", "lon"), -180, 180, missing=()),
                *texts("capital"),
            )
        },
        "Miller2022",
        "svmiller.com/peacesciencer (data set cow_capitals, saved as CSV)",
        needed=True,
    ),
    Source(
        "alliances",
        "Alliance Treaty Obligations and Provisions, by pair and year",
        ("atop*dyadyear", "atop*dy", "atop*ddyr"),
        {"years": (*pair(("mem1", "mem2"), ("stateA", "stateB")), YEAR, *OBLIGATIONS)},
        "LeedsEtAl2002",
        "atopdata.org (atop5_1dy.csv or atop5_1ddyr.csv)",
        needed=True,
    ),
    Source(
        "dispute_pairs",
        "Militarised interstate disputes, by pair and year",
        ("gml_mid*dyad_year", "gml_mid*dyad-year", "gml-ddy", "gml-ndy", "dyadic_mid", "dyadic mid"),
        {
            "gml": (
                DISPUTE,
                *pair(),
                YEAR,
                Column("onset", ("gmlmidonset", "midonset", "disponset"), *FLAG),
                Column("orig1", low=0, high=1),
                Column("orig2", low=0, high=1),
                *DISPUTE_FACTS,
                Column("stmon", low=1, high=13, optional=True),
                Column("hostlev1", low=0, high=5, optional=True),
                Column("hostlev2", low=0, high=5, optional=True),
            ),
            "cow": (
                DISPUTE,
                *pair(("statea", "stateb")),
                YEAR,
                Column("styear", ("strtyr",), 1400, 2100),
                Column("stmon", ("strtmnth",), 1, 13, optional=True),
                Column("endyear", low=1400, high=9999),
                Column("role1", ("rolea",), 0, 9),
                Column("role2", ("roleb",), 0, 9),
                *DISPUTE_FACTS,
                Column("hostlev1", ("hihosta",), 0, 5, optional=True),
                Column("hostlev2", ("hihostb",), 0, 5, optional=True),
            ),
        },
        "GiblerMillerLittle2016",
        f"svmiller.com/gml-mid-data (gml-ddy-disputes) or {COW}mids (dyadic_mid_4.03.csv or MIDB 5.0.csv)",
        needed=True,
    ),
    Source(
        "dispute_participants",
        "Militarised interstate disputes, by participant",
        ("midb", "gml-midb"),
        {
            "spells": (
                DISPUTE,
                state(),
                Column("styear", low=1400, high=2100, key=True),
                Column("stmon", low=1, high=13, optional=True),
                Column("endyear", low=1400, high=9999),
                Column("endmon", low=1, high=13, optional=True),
                Column("side", ("sidea",), *FLAG),
                Column("orig", low=0, high=1),
                *DISPUTE_FACTS[:2],
            )
        },
        "PalmerEtAl2022",
        f"{COW}mids (MIDB 5.0.csv)",
        instead_of="dispute_pairs",
    ),
    Source(
        "disputes",
        "Militarised interstate disputes, by dispute",
        ("gml_mid*disputes", "mida", "gml-mida"),
        {
            "events": (
                DISPUTE,
                Column("styear", low=1400, high=2100, key=True),
                Column("stmon", low=1, high=13),
                Column("outcome", low=0, high=9),
                Column("settle", low=0, high=4),
                *DISPUTE_FACTS,
                Column("hiact", low=0, high=24, optional=True),
                Column("recip", low=0, high=1, optional=True),
            )
        },
        "GiblerMillerLittle2016",
        f"svmiller.com/gml-mid-data (gml-mida) or {COW}mids (MIDA 5.0.csv)",
        unique=("dispnum",),
    ),
    Source(
        "wars",
        "Correlates of War inter-state wars",
        ("cow_interstate_wars", "inter-statewardata"),
        {
            "events": (
                Column("war", ("WarNum",), key=True),
                *texts("WarName"),
                state(),
                Column("side", ("Side",), 1, 3),
                *(
                    Column(f"{which}{part}{n}", low=-9, high=9999, missing=(), optional=n == 2)
                    for n in (1, 2)
                    for which in ("Start", "End")
                    for part in ("Year", "Month", "Day")
                ),
                Column("initiator", ("Initiator",), 1, 2),
                Column("outcome", ("Outcome",), 1, 8),
                Column("deaths", ("BatDeath",), 0, optional=True),
            )
        },
        "SarkeesWayman2010",
        f"{COW}cow-war (Inter-StateWarData_v4.0.csv)",
    ),
    Source(
        "trade",
        "Correlates of War bilateral trade",
        ("cow_trade", "dyadic_cow"),
        {"years": (*pair(), YEAR, *numbers("flow1", "flow2", low=0))},
        "BarbieriKeshk2016",
        f"{COW}bilateral-trade (Dyadic_COW_4.0.csv)",
    ),
    Source(
        "organisations",
        "Correlates of War intergovernmental organisations",
        ("cow_igo*spells", "state_year_format", "cow_igo*state_year"),
        {
            "spells": (
                state(),
                *texts("igo", optional=False),
                Column("start", low=1400, high=2100, key=True),
                Column("end", low=1400, high=9999),
            ),
            "wide": (state(), YEAR, *texts("state")),
        },
        "PevehouseEtAl2020",
        f"{COW}igos (state_year_formatv3.csv)",
    ),
    Source(
        "organisation_names",
        "Names of intergovernmental organisations",
        ("cow_igo*names",),
        {"names": texts("ioname", "orgname", "longorgname", optional=False)},
        "PevehouseEtAl2020",
        f"{COW}igos (list of organisations)",
    ),
    Source(
        "ideal_points",
        "United Nations General Assembly ideal points",
        ("unga", "idealpoint", "ideal_point", "un_ideal"),
        {
            name: (state(), column, Column("ideal_point", ("IdealPointAll", "IdealPoint"), -10, 10, missing=()))
            for name, column in {"years": YEAR, "sessions": Column("session", low=1, high=200, key=True)}.items()
        },
        "BaileyStrezhnevVoeten2017",
        "dataverse.harvard.edu, doi:10.7910/DVN/LEJUQZ (IdealpointestimatesAll_*.csv)",
        needed=True,
        unique=("ccode", "year", "session"),
    ),
    Source(
        "democracy",
        "Regime scores (V-Dem polyarchy; Polity if in the file)",
        ("democracy", "v-dem-cy", "vdem"),
        {
            name: (column, YEAR, Column("polyarchy", ("v2x_polyarchy",), 0, 1), replace(POLITY, optional=True))
            for name, column in {"years": state(), "vdem": replace(state(), name="COWcode")}.items()
        },
        "CoppedgeEtAl2024",
        "v-dem.net (V-Dem-CY-Core)",
        needed=True,
    ),
    Source(
        "polity",
        "Polity5 regime scores",
        ("p5v", "p4v", "polity"),
        {"years": (state(), YEAR, POLITY)},
        "MarshallGurr2020",
        "systemicpeace.org/inscrdata.html (p5v2018, saved as CSV)",
    ),
    Source(
        "economy",
        "Latent gross domestic product and population",
        ("gdp", "gdp_population", "fariss"),
        {
            "years": (
                state(),
                YEAR,
                Column("gdp_per_head", ("mrgdppc",), 0),
                Column("gdp", ("pwtrgdp",), 0),
                Column("population", ("pwtpop",), 0),
            )
        },
        "FarissEtAl2022",
        "doi:10.7910/DVN/FALCGS, or svmiller.com/peacesciencer",
        unique=("ccode", "year"),
    ),
    Source(
        "rivalries",
        "Strategic rivalries of Thompson, Sakuwa and Suhas",
        ("rivalries_tss", "tss_rivalries"),
        {
            "spells": (
                *pair(),
                Column("start", low=1400, high=2100, key=True),
                Column("end", low=1400, high=9999),
                *numbers(*RIVAL_KINDS, low=0, high=1),
            )
        },
        "ThompsonSakuwaSuhas2021",
        "svmiller.com/peacesciencer (data set tss_rivalries, saved as CSV)",
    ),
    Source(
        "rivalries_thompson_dreyer",
        "Strategic rivalries of Thompson and Dreyer",
        ("rivalries_thompson_dreyer", "td_rivalries"),
        {
            "spells": (
                *pair(),
                Column("start", ("styear",), 1400, 2100, key=True),
                Column("end", ("endyear",), 1400, 9999),
                *texts("type1", "type2", "type3"),
            )
        },
        "ThompsonDreyer2011",
        "svmiller.com/peacesciencer (data set td_rivalries, saved as CSV)",
        instead_of="rivalries",
    ),
    Source(
        "leaders",
        "Archigos: leaders and their tenures",
        ("archigos",),
        {
            "spells": (
                state("ccode", "gwcode"),
                *texts("leader"),
                Column("start", ("startdate",), kind="date", key=True),
                Column("end", ("enddate",), kind="date"),
                *texts("entry", "exit", optional=False),
            )
        },
        "GoemansEtAl2009",
        "rochester.edu/college/faculty/hgoemans/data.htm (Archigos 4.1, saved as CSV)",
    ),
    Source(
        "crises",
        "International Crisis Behavior, by crisis",
        ("icb1",),
        {
            "events": (
                Column("crisno", key=True),
                *texts("crisname"),
                *(Column(f"{part}{end}") for end in ("trig", "term") for part in ("yr", "mo", "da")),
                *numbers("viol", "forout", "mediate"),
                *numbers("gravcr", "sevviosy", "outesr", "exsat", "protrac", "crismg", "cractr", optional=True),
                *numbers("mednum", "medwho", "medtime", "medgoal", "medstyle", "medefct", "geog", optional=True),
            )
        },
        "BrecherWilkenfeld2000",
        "sites.duke.edu/icbdata (icb1v15.csv)",
    ),
    Source(
        "crisis_actors",
        "International Crisis Behavior, by actor",
        ("icb2",),
        {
            "events": (
                Column("crisno", key=True),
                state("ccode", "cracid"),
                Column("yrtrig", ("systrgyr",)),
                Column("yrterm"),
                *numbers("triggr", "trigent", "majres", "crismg", "sevvio", optional=True),
                *numbers("outcom", "outfor", "powdis", optional=True),
            )
        },
        "BrecherWilkenfeld2000",
        "sites.duke.edu/icbdata (icb2v15.csv)",
    ),
)
SOURCES: dict[str, Source] = {source.name: source for source in LIST}
"""Data set -> what it looks like, in the order in which they are told of."""
