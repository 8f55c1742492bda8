"""Landscape analysis: the published cases, a plain enumeration as the referee, the command, and bad input."""

from __future__ import annotations

import json
import math
import tomllib
from collections.abc import Iterator
from functools import cache
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from sim.cli.program import detente
from sim.landscape import MOST, Landscape, LandscapeError, landscape, read_case
from sim.scenario import load_scenario

type Split = frozenset[frozenset[str]]


def split(*blocs: str | list[str]) -> Split:
    """Blocs written as "A B C", without order."""
    return frozenset(frozenset(bloc.split() if isinstance(bloc, str) else bloc) for bloc in blocs)


def splits(found: Landscape) -> list[Split]:
    return [split(*found.blocs(k)) for k in range(len(found.stable))]


@pytest.fixture
def cases(checkout: Path) -> Path:
    return checkout / "experiments" / "landscape"


# -- published ---------------------------------------------------------------------------------------------------------
def test_unix_standards(cases: Path) -> None:
    """Axelrod & Bennett 1993, table 2: two stable alliances of equal energy that share all 256 configurations."""
    found = read_case(cases / "unix_standards.toml").landscape()
    assert splits(found) == [
        split("Sun Prime ATT IBM", "DEC HP Apollo Intergraph SGI"),
        split("Sun Prime DEC HP", "Apollo Intergraph SGI ATT IBM"),
    ]
    np.testing.assert_allclose(found.energy, -3828.90, atol=0.005)
    assert found.energy[0] == found.energy[1]
    assert found.basin.tolist() == [128, 128]


def test_five_great_powers_that_all_oppose_each_other(cases: Path) -> None:
    """Axelrod & Bennett 1993, p. 224: four stable configurations; the alignment of the war is not among them."""
    found = read_case(cases / "great_powers_1939.toml").landscape()
    np.testing.assert_allclose(found.energy, [-936.1328, -933.9602, -923.8208, -890.4], atol=5e-5)
    assert found.basin.sum() == 16
    assert split("Britain France USSR", "Germany Italy") not in splits(found)
    assert splits(found)[0] == split("Britain USSR", "Germany Italy France")


def test_the_files_hold_the_published_numbers(cases: Path, data_folder: Path) -> None:
    published = json.loads((data_folder / "published_cases.json").read_text())
    unix, powers = published["A_unix_landscape"], published["B_realist_great_powers"]
    kind = unix["type"]
    for name, case, close in (
        ("unix_standards", unix, lambda a, b: kind[a] == kind[b]),
        ("great_powers_1939", powers, lambda a, b: True),
    ):
        found = read_case(cases / f"{name}.toml")
        assert dict(zip(found.names, found.size, strict=True)) == case["size"]
        wanted = [[-1.0 if close(a, b) and a != b else 0.0 for b in found.names] for a in found.names]
        np.testing.assert_array_equal(np.where(np.eye(len(wanted)), 0, found.propensity), wanted)


# -- against a plain enumeration ---------------------------------------------------------------------------------------
def referee(size: np.ndarray, propensity: np.ndarray) -> dict[tuple[int, ...], tuple[float, float]]:
    """Stable configuration -> energy and basin, by loops over everything, written from the definition."""
    n = len(size)
    pairs = [(i, j) for i, j in product(range(n), repeat=2) if i != j]
    every = [(0, *rest) for rest in product((0, 1), repeat=n - 1)]
    energy = {X: sum(size[i] * size[j] * propensity[i, j] * (X[i] != X[j]) for i, j in pairs) for X in every}
    close = 1e-9 * max(abs(each) for each in energy.values())

    def after(X: tuple[int, ...], k: int) -> tuple[int, ...]:
        moved = [side ^ (i == k) for i, side in enumerate(X)]
        return tuple(side ^ moved[0] for side in moved)

    @cache
    def ends(X: tuple[int, ...]) -> dict[tuple[int, ...], float]:
        gain = [energy[X] - energy[after(X, k)] for k in range(n)]
        if max(gain) <= close:
            return {X: 1.0}
        ways = [after(X, k) for k in range(n) if gain[k] >= max(gain) - close]
        held: dict[tuple[int, ...], float] = {}
        for way in ways:
            for end, part in ends(way).items():
                held[end] = held.get(end, 0.0) + part / len(ways)
        return held

    basin: dict[tuple[int, ...], float] = {}
    for X in every:
        for end, part in ends(X).items():
            basin[end] = basin.get(end, 0.0) + part
    return {X: (energy[X], part) for X, part in basin.items()}


@st.composite
def actors(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    """Two to seven actors; small whole numbers make ties frequent, fractions make them rare."""
    n = draw(st.integers(2, 7))
    whole = draw(st.booleans())
    size = st.integers(1, 3).map(float) if whole else st.floats(0.1, 30)
    liking = st.integers(-2, 2).map(float) if whole else st.floats(-1, 1).map(lambda x: round(x, 3))
    matrix = np.array(draw(st.lists(liking, min_size=n * n, max_size=n * n))).reshape(n, n)
    upper = np.triu(matrix, 1)
    return np.array(draw(st.lists(size, min_size=n, max_size=n))), upper + upper.T


def named(n: int) -> list[str]:
    return [f"A{k}" for k in range(n)]


def by_split(found: Landscape) -> dict[Split, tuple[float, float]]:
    pairs = zip(found.energy.tolist(), found.basin.tolist(), strict=True)
    return dict(zip(splits(found), pairs, strict=True))


def agree(
    found: dict[Split, tuple[float, float]],
    wanted: dict[Split, tuple[float, float]],
    size: np.ndarray,
    scale: float = 1,
) -> None:
    """The same splits, basins and energies; these are kept to twelve digits of the largest there could be."""
    assert found.keys() == wanted.keys()
    grain = 1e-11 * scale * float(size.sum()) ** 2
    for key, (energy, basin) in wanted.items():
        assert found[key][0] == pytest.approx(scale * energy, rel=1e-9, abs=grain)
        assert found[key][1] == pytest.approx(basin, rel=1e-9)


@given(actors())
def test_agrees_with_a_plain_enumeration(case: tuple[np.ndarray, np.ndarray]) -> None:
    size, propensity = case
    n = len(size)
    found = landscape(named(n), size, propensity)
    wanted = {
        split(*[[f"A{k}" for k in range(n) if X[k] == side] for side in set(X)]): value
        for X, value in referee(size, propensity).items()
    }
    agree(by_split(found), wanted, size)
    assert found.basin.sum() == pytest.approx(2 ** (n - 1))
    assert (np.diff(found.energy) >= 0).all()


@given(actors(), st.randoms(use_true_random=False))
def test_neither_names_nor_their_order_matter(case: tuple[np.ndarray, np.ndarray], random: object) -> None:
    size, propensity = case
    order = list(range(len(size)))
    random.shuffle(order)  # type: ignore[attr-defined]
    names = named(len(size))
    shuffled = landscape([names[k] for k in order], size[order], propensity[np.ix_(order, order)])
    agree(by_split(shuffled), by_split(landscape(names, size, propensity)), size)


@given(actors(), st.sampled_from([1e-3, 0.5, 7.0, 1e6]))
def test_units_of_size_and_propensity_do_not_matter(case: tuple[np.ndarray, np.ndarray], factor: float) -> None:
    size, propensity = case
    names = named(len(size))
    plain = by_split(landscape(names, size, propensity))
    agree(by_split(landscape(names, factor * size, propensity)), plain, size, factor**2)
    agree(by_split(landscape(names, size, factor * propensity)), plain, size, factor)


def test_each_configuration_comes_once_and_its_mirror_not_at_all() -> None:
    """Whichever actor is listed first, no split is listed twice; 2^(n-1) starting points in all."""
    size, ones = np.array([5.0, 4.0, 3.0, 3.0, 2.0]), np.ones((5, 5))
    for first in range(5):
        order = [first, *[k for k in range(5) if k != first]]
        found = landscape([named(5)[k] for k in order], size[order], -ones)
        assert len(set(splits(found))) == len(splits(found)) == len(found.stable)
        assert found.basin.sum() == pytest.approx(16)


# -- equal propensities ------------------------------------------------------------------------------------------------
def test_friends_all_unite_and_enemies_of_one_size_split_evenly() -> None:
    ones = np.ones((6, 6))
    united = landscape(named(6), np.ones(6), ones)
    assert united.energy.tolist() == [0.0] and united.basin.tolist() == pytest.approx([32.0])
    assert united.blocs(0) == [named(6)]
    halves = landscape(named(6), np.ones(6), -ones)
    assert len(halves.stable) == math.comb(6, 3) // 2
    assert set(halves.energy) == {-18.0}
    np.testing.assert_allclose(halves.basin, 3.2)
    assert all({len(bloc) for bloc in halves.blocs(k)} == {3} for k in range(10))


def test_without_likes_and_dislikes_everything_is_stable() -> None:
    found = landscape(named(4), np.ones(4), np.zeros((4, 4)))
    assert len(found.stable) == 8 and found.basin.tolist() == [1.0] * 8


def test_indifferent_actors_stay_within_the_tolerance_and_move_beyond_it() -> None:
    """The third actor sees two foes of nearly the same size, once within 1e-9 of the energy and once not."""
    dislike = -np.ones((3, 3))
    tied, not_tied = (landscape(named(3), np.array([1.0, 1.0 + gap, 1e-3]), dislike) for gap in (1e-8, 1e-4))
    assert len(tied.stable) == 2 and len(not_tied.stable) == 1


@pytest.mark.parametrize("n", [20, pytest.param(MOST, marks=pytest.mark.slow)])
def test_many_actors(n: int) -> None:
    """Two known camps, friends inside and foes across, in an order that hides them."""
    camp = np.array([k * 7 % n < n // 2 for k in range(n)])
    size = np.linspace(1, 3, n)
    found = landscape(named(n), size, np.where(camp[:, None] == camp, 1.0, -1.0))
    assert splits(found) == [split(*[[f"A{k}" for k in range(n) if camp[k] == side] for side in (False, True)])]
    assert found.energy[0] == pytest.approx(-2 * size[camp].sum() * size[~camp].sum())
    assert found.basin.tolist() == [2.0 ** (n - 1)]


@pytest.mark.parametrize(
    ("names", "size", "propensity", "message"),
    [
        (["A"], [1.0], [[0.0]], "from 2 to"),
        (named(MOST + 1), np.ones(MOST + 1), np.zeros((MOST + 1, MOST + 1)), "from 2 to"),
        (["A", "B"], [1.0], np.zeros((2, 2)), "shape"),
        (["A", "B"], [1.0, 0.0], np.zeros((2, 2)), "above 0"),
        (["A", "B"], [1.0, 1.0], [[0, 1], [2, 0]], "symmetric"),
        (["A", "B"], [1e200, 1e200], -np.ones((2, 2)), "too large"),
        (["A", "B"], [1.0, 1.0], np.full((2, 2), np.nan), "symmetric"),
    ],
)
def test_what_is_no_landscape_is_refused(
    names: list[str], size: list[float], propensity: np.ndarray, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        landscape(names, np.array(size), np.array(propensity))


# -- files and scenarios -----------------------------------------------------------------------------------------------
def case_of(folder: Path, text: str, **options: object) -> Iterator[object]:
    file = folder / "case.toml"
    file.write_text(text, encoding="utf-8")
    case = read_case(file, **options)  # type: ignore[arg-type]
    yield from (case.names, case.size.tolist(), case.propensity.tolist())


SIZES = "[size]\nAda = 1\nBen = 2.5\nCy = 3\n"


@pytest.mark.parametrize(
    "pairs",
    [
        '[propensity]\n"Ada-Ben" = 1\nCy-Ben = -2\n',
        "[propensity.Ada]\nBen = 1\n[propensity.Cy]\nBen = -2\n",
        "[propensity]\nBen = { Ada = 1, Cy = -2 }\n",
        "[propensity]\nAda.Ben = 1\nBen.Ada = 1\n'Ben, Cy' = -2\n",
    ],
)
def test_ways_to_write_propensities(tmp_path: Path, pairs: str) -> None:
    names, size, propensity = case_of(tmp_path, f"default = 0.5\n{SIZES}{pairs}")
    assert names == ("Ada", "Ben", "Cy") and size == [1, 2.5, 3]
    assert [propensity[i][j] for i, j in ((0, 1), (0, 2), (1, 2))] == [1, 0.5, -2]  # type: ignore[index]
    np.testing.assert_array_equal(propensity, np.transpose(propensity))


def test_pairs_that_are_not_named_are_indifferent_unless_default_says_otherwise(tmp_path: Path) -> None:
    for head, rest in (("", 0.0), ("default = -1\n", -1.0)):
        _, _, propensity = case_of(tmp_path, f"{head}{SIZES}[propensity]\nAda-Ben = 3\n")
        assert [propensity[0][1], propensity[0][2]] == [3, rest]  # type: ignore[index]


def test_names_with_hyphens(tmp_path: Path) -> None:
    names, _, propensity = case_of(
        tmp_path, '[size]\nA-1 = 1\nB = 1\n"C d" = 1\n[propensity]\nA-1-B = 2\n"B-C d" = 3\n'
    )
    assert names == ("A-1", "B", "C d")
    assert [propensity[0][1], propensity[1][2], propensity[0][2]] == [2, 3, 0]  # type: ignore[index]


def test_only_the_largest_and_those_to_keep(tmp_path: Path) -> None:
    text = f"default = -1\n{SIZES}Di = 0.5\n"
    assert next(case_of(tmp_path, text, actors=2)) == ("Ben", "Cy")
    assert next(case_of(tmp_path, text, actors=2, keep=["Di"])) == ("Cy", "Di")


def test_a_scenario_gives_power_and_affinity() -> None:
    world = load_scenario("central-asia-2025").world()
    case = read_case("central-asia-2025", actors=9, keep=["KAZ"])
    index = [world.names.states.index(name) for name in case.names]
    assert case.names[-1] == "KAZ" and len(index) == 9
    assert set(case.names[:-1]) == {world.names.states[k] for k in np.argsort(-world.power)[:8]}
    np.testing.assert_array_equal(case.size, world.power[index])
    np.testing.assert_array_equal(case.propensity, world.affinity[np.ix_(index, index)])
    assert len(read_case("central-asia-2025").names) == 20
    assert len(read_case("three-powers").names) == 6


# -- the command -------------------------------------------------------------------------------------------------------
def call(*arguments: str) -> Result:
    return CliRunner().invoke(detente, ("landscape", *arguments), prog_name="detente")


def test_json_holds_the_configurations_and_nothing_else(cases: Path) -> None:
    result = call(str(cases / "unix_standards.toml"), "--json")
    assert result.exit_code == 0 and result.stderr == ""
    told = json.loads(result.stdout)
    assert list(told) == ["configurations"]
    first, second = told["configurations"]
    assert first == {
        "energy": -3828.9,
        "basin": 128,
        "blocs": [["Sun", "Prime", "ATT", "IBM"], ["DEC", "HP", "Apollo", "Intergraph", "SGI"]],
    }
    assert isinstance(first["basin"], int) and second["blocs"][0] == ["Sun", "Prime", "DEC", "HP"]


def test_json_is_ordered_and_complete_when_there_are_many(tmp_path: Path) -> None:
    sizes = "".join(f"N{k} = 1\n" for k in range(14))
    (tmp_path / "many.toml").write_text(f"default = -1\n[size]\n{sizes}")
    rows = json.loads(call(str(tmp_path / "many.toml"), "--json").stdout)["configurations"]
    assert len(rows) == math.comb(14, 7) // 2
    assert len({frozenset(map(frozenset, row["blocs"])) for row in rows}) == len(rows)
    assert sum(row["basin"] for row in rows) == pytest.approx(2**13)
    assert "and 1,696 more" in call(str(tmp_path / "many.toml")).stdout


def test_told_to_people(cases: Path) -> None:
    text = " ".join(call(str(cases / "great_powers_1939.toml")).stdout.split())
    for part in (
        "5 actors, 16 configurations, 4 of them are stable",
        "-936.1328 7 43.8% Britain, USSR | France, Germany, Italy",
        "sets Britain, USSR (52% of all size) against France, Germany, Italy (48% of all size)",
        "Axelrod",
    ):
        assert part in text
    text = " ".join(call(str(cases / "unix_standards.toml")).stdout.split())
    assert "is shared by 2 configurations, which together draw 100% of all configurations" in text
    assert "these stand together: Sun, Prime; DEC, HP; Apollo, Intergraph, SGI; ATT, IBM." in text


def test_a_scenario_told(tmp_path: Path) -> None:
    text = " ".join(call("central-asia-2025", "--actors", "8", "--with", "KAZ").stdout.split())
    assert "8 actors, 128 configurations" in text and "8 of 4" in text and "KAZ and the most powerful others" in text
    assert "unites all" in call("three-powers").stdout


BAD = {
    "no size": ("default = -1\n", ("size", "[size]")),
    "no propensity": (SIZES, ("propensity", "default = -1")),
    "one actor": ("default = -1\n[size]\nAda = 1\n", ("line 2", "at least two")),
    "unknown actor": (f"{SIZES}[propensity]\nAda-Bne = 1\n", ("line 6", "'Bne' has no size", "'Ben'")),
    "unknown actor, nested": (f"{SIZES}[propensity.Adda]\nBen = 1\n", ("line 6", "'Adda'", "'Ada'")),
    "two values": (f"{SIZES}[propensity]\nAda-Ben = 1\nBen-Ada = 2\n", ("line 7", "line 6", "mutual")),
    "with itself": (f"{SIZES}[propensity]\nAda-Ada = 1\n", ("line 6", "itself")),
    "not two": (f"{SIZES}[propensity]\nAda = 1\n", ("line 6", '"A-B" = number')),
    "two readings": (
        "[size]\nA = 1\nA-B = 1\nB-C = 1\nC = 1\n[propensity]\nA-B-C = 1\n",
        ("line 7", "two ways", "[propensity."),
    ),
    "zero size": ("default = -1\n[size]\nAda = 0\nBen = 1\n", ("line 3", "size.Ada", "above 0")),
    "size is text": ('default = -1\n[size]\nAda = "1"\nBen = 1\n', ("line 3", "without quotes")),
    "size is nan": ("default = -1\n[size]\nAda = nan\nBen = 1\n", ("line 3", "no number")),
    "size is huge": (f"default = -1\n[size]\nAda = 1{'0' * 400}\nBen = 1\n", ("line 3", "no number")),
    "products are huge": ("default = -1\n[size]\nAda = 1e200\nBen = 1e200\n", ("too large",)),
    "truth": (f"{SIZES}[propensity]\nAda-Ben = true\n", ("line 6", "no number")),
    "default is text": (f'default = "foes"\n{SIZES}', ("line 1", "default")),
    "misspelt key": (f"defautl = -1\n{SIZES}", ("line 1", "'default'")),
    "misspelt size": ("default = -1\n[sizes]\nAda = 1\nBen = 1\n", ("'size'", "line 2")),
    "propensity is a number": (f"propensity = -1\n{SIZES}", ("line 1", "default = number")),
    "title is a number": (f"title = 3\ndefault = 1\n{SIZES}", ("line 1", "quotes")),
    "not TOML": ("[size]\nAda = \n", ("line 2", "not TOML")),
    "twice": ("default = 1\n[size]\nAda = 1\nAda = 2\n", ("line 4", "not TOML")),
    "too many": (
        "default = -1\n[size]\n" + "".join(f"N{k} = 1\n" for k in range(25)),
        ("25 actors", "at most 24", "--actors 24"),
    ),
    "empty": ("", ("size",)),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_gets_one_message(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text, hints = BAD[name]
    Path("bad.toml").write_text(text)
    result = call("bad.toml", "--json")
    assert result.exit_code == 2, result.stderr
    assert result.stdout == "" and result.stderr.count("detente: ") == 1 and "Traceback" not in result.stderr
    for hint in (*hints, *(() if name == "products are huge" else ("bad.toml",))):
        assert hint in result.stderr, result.stderr


def test_all_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text("[size]\nAda = 0\nBen = 1\n[propensity]\nAda-Bne = 1\nBen-Ada = 'x'\n")
    with pytest.raises(LandscapeError) as error:
        read_case(tmp_path / "bad.toml")
    lines = str(error.value).splitlines()
    assert lines[0].startswith("3 problems in ")
    assert ["line 2" in lines[1], "line 5" in lines[2], "line 6" in lines[3]] == [True] * 3


@pytest.mark.parametrize(
    ("arguments", "hints"),
    [
        (("nowhere.toml",), ("nowhere.toml",)),
        (("three-power",), ("'three-powers'",)),
        (("random:many",), ("random:",)),
        ((), ("SCENARIO_OR_FILE",)),
        (("three-powers", "--actors", "25"), ("--actors",)),
        (("three-powers", "--actors", "1"), ("--actors",)),
        (("three-powers", "--with", "ALDD"), ("'ALDD'", "'ALD'")),
        (("three-powers", "--actors", "2", "--with", "ALD", "--with", "BOR", "--with", "MER"), ("raise --actors",)),
    ],
)
def test_bad_arguments(arguments: tuple[str, ...], hints: tuple[str, ...]) -> None:
    result = call(*arguments)
    assert result.exit_code == 2 and result.stdout == ""
    for hint in hints:
        assert hint in result.stderr


def test_the_example_in_the_help_works(tmp_path: Path) -> None:
    text = call("--help").stdout
    example = text[text.index("  default = 0") :]
    lines = [line.strip() for line in example.splitlines() if line.strip()]
    plain = "\n".join(line.split("   ")[0] for line in lines)
    assert set(tomllib.loads(plain)) == {"default", "size", "propensity"}
    (tmp_path / "own.toml").write_text(plain)
    assert "Aldria, Meridia | Borea" in call(str(tmp_path / "own.toml")).stdout
