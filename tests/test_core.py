"""The array simulator underneath: columns that guard themselves, streams that do not disturb each other, updates."""

from __future__ import annotations

import dataclasses
import types

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kstest

from sim.core.columns import Array, Store, column, derived
from sim.core.params import ParameterError, build, param, parameters
from sim.core.registry import discover
from sim.core.spelling import nearest
from sim.core.streams import Streams, crossed_uniform, symmetric_uniform
from sim.core.update import SetTwiceError, Update, combine


class Pond(Store):
    """A small store: fish and water, and what follows from them."""

    fish = column("i", "1", 0, 100, "Fish.", initial=1)
    water = column("", "m3", 0, 1000, "Water.", initial=10)
    likes = column("ij", "1", -1, 1, "Who likes whom.", symmetric=True)
    open_ = column("i", "1", 0, 1, "Is open.", dtype=bool, initial=1)
    evaluated: int = 0

    @derived("i", "1/m3", 0, 100, "Fish per water.")
    def density(self) -> Array:
        type(self).evaluated += 1
        return self.fish / self.water

    @derived("i", "1/m3", 0, 100, "Twice the density.")
    def crowding(self) -> Array:
        return 2 * self.density


def pond(**arrays: Array) -> Pond:
    return Pond({"i": 3, "j": 3}, arrays)


def test_arrays_are_read_only_and_start_at_their_initial() -> None:
    store = pond(fish=np.array([1.0, 2.0, 3.0]))
    with pytest.raises(ValueError, match="read-only"):
        store.fish[0] = 5
    with pytest.raises(ValueError, match="read-only"):
        store.density[0] = 5
    assert store.water == 10 and store.open_.dtype == bool


def test_derived_columns_are_worked_out_once_and_forgotten_when_a_source_changes() -> None:
    store = pond()
    Pond.evaluated = 0
    assert store.crowding[0] == pytest.approx(0.2) and store.density[0] == pytest.approx(0.1)
    assert Pond.evaluated == 1
    store.write({"likes": np.eye(3)})
    assert store.crowding[0] == pytest.approx(0.2) and Pond.evaluated == 1
    store.write({"water": np.asarray(5.0)})
    assert store.crowding[0] == pytest.approx(0.4) and Pond.evaluated == 2


def test_values_are_clipped_and_counted() -> None:
    store = pond()
    store.write({"fish": np.array([-1.0, 50.0, 500.0])})
    np.testing.assert_array_equal(store.fish, [0, 50, 100])
    assert store.clips == {"fish": 2}


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"fish": np.ones(2)}, "shape"),
        ({"fish": np.array([1.0, np.nan, 1.0])}, "not a number"),
        ({"frogs": np.ones(3)}, "frogs"),
    ],
)
def test_bad_values_are_refused_and_nothing_changes(changes: dict[str, Array], error: str) -> None:
    store = pond()
    before = store.fish.copy()
    with pytest.raises((ValueError, KeyError), match=error):
        store.write({"water": np.asarray(1.0), **changes})
    np.testing.assert_array_equal(store.fish, before)
    assert store.water == 10


def test_watching_names_what_was_read_but_not_what_it_rests_on() -> None:
    store = pond()
    with store.watch() as seen:
        _ = store.crowding
        _ = store.likes
    assert seen == {"crowding", "likes"}


def test_updates_of_one_phase_add_and_two_setters_are_an_error() -> None:
    store = pond()
    one, two = Update(set={"fish": np.full(3, 5.0)}), Update(add={"fish": np.ones(3)})
    np.testing.assert_array_equal(combine({"a": one, "b": two}, store)["fish"], 6.0)
    np.testing.assert_array_equal(combine({"b": two, "a": one}, store)["fish"], 6.0)
    np.testing.assert_array_equal(combine({"b": two, "c": two}, store)["fish"], 3.0)
    with pytest.raises(SetTwiceError, match="'b' and 'a' both set 'fish'"):
        combine({"a": one, "b": one}, store)


# -- streams ---------------------------------------------------------------------------------------------------------


def test_streams_are_addressed_by_seed_name_and_step() -> None:
    draw = lambda seed, name, step: Streams(seed).at(name, step).random(4).tolist()  # noqa: E731
    assert draw(1, "trade", 3) == draw(1, "trade", 3)
    others = [draw(2, "trade", 3), draw(1, "trade", 4), draw(1, "trades", 3)]
    assert draw(1, "trade", 3) not in others and len({tuple(o) for o in others}) == 3


def test_a_stream_does_not_depend_on_what_others_drew() -> None:
    quiet, busy = Streams(5), Streams(5)
    busy.at("war", 0).random(1000)
    np.testing.assert_array_equal(quiet.at("peace", 1).random(9), busy.at("peace", 1).random(9))


def test_neighbouring_steps_never_overlap() -> None:
    streams = Streams(5)
    first, second = streams.at("x", 0).random(50_000), streams.at("x", 1).random(50_000)
    assert not np.intersect1d(first, second).size


def test_symmetric_uniforms_are_symmetric_and_uniform() -> None:
    u = symmetric_uniform(Streams(1).at("u", 0), 200)
    np.testing.assert_array_equal(u, u.T)
    assert kstest(u[np.triu_indices(200, 1)], "uniform").pvalue > 0.001


def test_crossed_uniforms_are_uniform_and_independent_along_both_axes() -> None:
    rng = Streams(1).at("u", 0)
    crossed = np.array([crossed_uniform(rng.random(2), rng.random(2)) for _ in range(20_000)])
    assert kstest(crossed[:, 0, 0], "uniform").pvalue > 0.001
    for a, b in (((0, 0), (0, 1)), ((0, 0), (1, 0)), ((0, 0), (1, 1))):
        assert abs(np.corrcoef(crossed[:, *a], crossed[:, *b])[0, 1]) < 0.03


def test_a_negative_seed_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 0"):
        Streams(-1)


# -- parameters ------------------------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Spring:
    """A unit with two parameters."""

    stiffness: float = param(2, unit="N/m", low=0, high=10, doc="Stiffness.", source="assumed")
    length: float = param(1, unit="m", low=0.1, high=5, doc="Length.", source="assumed")


def test_parameters_carry_their_declaration() -> None:
    assert parameters(Spring)["stiffness"].high == 10
    assert build(Spring, {"length": 2}, "springs").length == 2.0


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"stifness": 1}, "springs.stifness: no such parameter; did you mean 'stiffness'?"),
        ({"length": 9}, "springs.length: 9 is out of bounds; write a number from 0.1 to 5"),
        ({"length": "long"}, "springs.length: 'long' is not a number"),
        ({"length": True}, "is not a number"),
        ({"length": float("nan")}, "out of bounds"),
    ],
)
def test_bad_parameters_say_what_to_write(values: dict[str, object], message: str) -> None:
    with pytest.raises(ParameterError) as caught:
        build(Spring, values, "springs")
    assert message in str(caught.value)


@given(st.floats(0.1, 5))
def test_any_value_within_bounds_is_taken(length: float) -> None:
    assert build(Spring, {"length": length}, "springs").length == length


@pytest.mark.parametrize(
    ("word", "expected"),
    [("kapa", "did you mean 'kappa'?"), ("KAPPA", "did you mean 'kappa'?"), ("zzz", "valid are: eta, kappa")],
)
def test_nearest_name(word: str, expected: str) -> None:
    assert nearest(word, ["kappa", "eta"]) == expected


def test_one_file_holds_one_unit(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "twofold"  # type: ignore[operator]
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "both.py").write_text("class A(dict): pass\nclass B(dict): pass\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    import twofold  # type: ignore[import-not-found]

    assert isinstance(twofold, types.ModuleType)
    with pytest.raises(TypeError, match="A and B"):
        discover(twofold, dict)
