"""Single figures that no data set of the panel holds: prices, nuclear arsenals, what organisations are for.

`DEFLATOR` is the price of gross domestic product of the United States (Bureau of Economic Analysis, national accounts,
table 1.1.9, edition of 2018; from 2017 on chained to later editions), with which current dollars become those of 2011.
`NUCLEAR` holds the years of first test or, where there was none, of assembled weapons, by common account (compare Jo &
Gartzke 2007); those of Israel, India, Pakistan and South Africa are debated by some years. What Belarus, Kazakhstan and
Ukraine had of the Soviet arsenal in 1991-96 was not theirs to use.
"""

from __future__ import annotations

from dataclasses import dataclass

BASE_YEAR = 2011
DEFLATOR_SINCE = 1946
DEFLATOR = (
    *(11.6, 12.9, 13.6, 13.6),
    *(13.7, 14.7, 15.0, 15.2, 15.3, 15.6, 16.1, 16.6, 17.0, 17.2),
    *(17.5, 17.7, 17.9, 18.1, 18.4, 18.7, 19.2, 19.8, 20.6, 21.6),
    *(22.8, 23.9, 25.0, 26.3, 28.7, 31.4, 33.1, 35.1, 37.6, 40.7),
    *(44.4, 48.5, 51.5, 53.6, 55.5, 57.2, 58.4, 59.9, 62.0, 64.4),
    *(66.8, 69.0, 70.6, 72.2, 73.8, 75.3, 76.7, 78.0, 78.9, 80.1),
    *(81.9, 83.8, 85.0, 86.7, 89.1, 92.0, 94.8, 97.3, 99.2, 100.0),
    *(101.2, 103.3, 105.2, 106.9, 108.8, 110.0, 111.4, 113.4, 116.1, 118.2),
    *(119.7, 125.1, 133.9, 138.7),
)
"""From `DEFLATOR_SINCE` on, a year each; 2009 is 100."""

NUCLEAR = {
    2: (1945, 9999),
    200: (1952, 9999),
    220: (1960, 9999),
    365: (1949, 9999),
    560: (1982, 1990),
    666: (1967, 9999),
    710: (1964, 9999),
    731: (2006, 9999),
    750: (1988, 9999),
    770: (1990, 9999),
}
"""COW number -> first and last year with nuclear weapons."""


def prices(year: int) -> float:
    """What a current dollar of a year is worth in dollars of `BASE_YEAR`; beyond the table as at its nearest end."""
    place = min(max(year - DEFLATOR_SINCE, 0), len(DEFLATOR) - 1)
    return DEFLATOR[BASE_YEAR - DEFLATOR_SINCE] / DEFLATOR[place]


def has_nuclear_weapons(cow: int, year: int) -> bool:
    """Whether a state holds nuclear weapons at the end of a year."""
    first, last = NUCLEAR.get(cow, (1, 0))
    return first <= year <= last


@dataclass(frozen=True)
class Purpose:
    """What an organisation is for, in the words of a scenario."""

    title: str
    kind: str
    mediates: bool = False


TECHNICAL = "norm"
"""Kind of the organisations that are not in the list below: common rules, without a say in disputes or markets."""
PURPOSES = {
    "un": Purpose("United Nations", "global", mediates=True),
    # alliances and other security organisations
    "nato": Purpose("North Atlantic Treaty Organization", "security"),
    "wpact": Purpose("Warsaw Treaty Organization", "security"),
    "seato": Purpose("Southeast Asia Treaty Organization", "security"),
    "cento": Purpose("Central Treaty Organization", "security"),
    "weu": Purpose("Western European Union", "security"),
    "anzus": Purpose("ANZUS Council", "security"),
    "csto": Purpose("Collective Security Treaty Organization", "security"),
    # regional and political organisations: a platform for dialogue
    "oas": Purpose("Organization of American States", "platform", mediates=True),
    "loas": Purpose("League of Arab States", "platform", mediates=True),
    "oau": Purpose("Organization of African Unity", "platform", mediates=True),
    "au": Purpose("African Union", "platform", mediates=True),
    "osce": Purpose("Organization for Security and Co-operation in Europe", "platform", mediates=True),
    "oic": Purpose("Organization of the Islamic Conference", "platform", mediates=True),
    "asean": Purpose("Association of Southeast Asian Nations", "platform", mediates=True),
    "gcc": Purpose("Gulf Cooperation Council", "platform", mediates=True),
    "igad": Purpose("Intergovernmental Authority on Development", "platform", mediates=True),
    "ecowas": Purpose("Economic Community of West African States", "economic", mediates=True),
    "sadc": Purpose("Southern African Development Community", "economic", mediates=True),
    "ocas": Purpose("Organization of Central American States", "platform", mediates=True),
    "sica": Purpose("Central American Integration System", "platform", mediates=True),
    "comsec": Purpose("Commonwealth", "platform", mediates=True),
    "cis": Purpose("Commonwealth of Independent States", "platform", mediates=True),
    "sco": Purpose("Shanghai Cooperation Organisation", "platform"),
    "cica": Purpose("Conference on Interaction and Confidence-Building Measures in Asia", "platform"),
    "nam": Purpose("Non-Aligned Movement", "platform"),
    "coe": Purpose("Council of Europe", "platform"),
    "saarc": Purpose("South Asian Association for Regional Cooperation", "platform"),
    "pif": Purpose("Pacific Islands Forum", "platform"),
    "nordc": Purpose("Nordic Council", "platform"),
    "entente": Purpose("Council of the Entente", "platform"),
    "acct": Purpose("La Francophonie", "platform"),
    "apec": Purpose("Asia-Pacific Economic Cooperation", "platform"),
    "eco": Purpose("Economic Cooperation Organization", "platform"),
    "amu": Purpose("Arab Maghreb Union", "platform"),
    "opec": Purpose("Organization of the Petroleum Exporting Countries", "platform"),
    "oecd": Purpose("Organisation for Economic Co-operation and Development", "platform"),
    "oeec": Purpose("Organisation for European Economic Co-operation", "platform"),
    # markets
    "ecsc": Purpose("European Coal and Steel Community", "economic"),
    "eec": Purpose("European Community", "economic"),
    "eu": Purpose("European Union", "economic", mediates=True),
    "benelux": Purpose("Benelux Economic Union", "economic"),
    "efta": Purpose("European Free Trade Association", "economic"),
    "cmea": Purpose("Council for Mutual Economic Assistance", "economic"),
    "cefta": Purpose("Central European Free Trade Association", "economic"),
    "eaec": Purpose("Eurasian Economic Community", "economic"),
    "lafta": Purpose("Latin American Free Trade Association", "economic"),
    "laia": Purpose("Latin American Integration Association", "economic"),
    "andean": Purpose("Andean Community", "economic"),
    "mercosur": Purpose("Southern Common Market", "economic"),
    "caricom": Purpose("Caribbean Community", "economic"),
    "sieca": Purpose("Central American Common Market", "economic"),
    "nafta": Purpose("North American Free Trade Agreement", "economic"),
    "ceao": Purpose("West African Economic Community", "economic"),
    "uemoa": Purpose("West African Economic and Monetary Union", "economic"),
    "udeac": Purpose("Central African Customs and Economic Union", "economic"),
    "eccas": Purpose("Economic Community of Central African States", "economic"),
    "eacm": Purpose("East African Common Market", "economic"),
    "eac": Purpose("East African Community", "economic"),
    "comesa": Purpose("Common Market for Eastern and Southern Africa", "economic"),
    "sacu": Purpose("Southern African Customs Union", "economic"),
    "sadcc": Purpose("Southern African Development Coordination Conference", "economic"),
}
"""Organisation, as the Correlates of War call it -> what it is for."""
