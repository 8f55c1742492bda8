"""The contract that every mechanism and every policy keeps; they are discovered, so none can stay away."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import re
import textwrap
import tomllib
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from numpy.random import Generator

import sim.mechanisms
import sim.policies
from sim.core.columns import Array
from sim.core.params import param, parameters
from sim.core.registry import discover
from sim.core.streams import Streams
from sim.core.update import Update
from sim.mechanisms.base import Mechanism
from sim.policies.base import Policy
from sim.policies.proposals import PROPOSED, Proposals
from sim.timeline import Phase
from sim.world import World
from tests.mechanisms.worlds import PermutedDraws, busy_world, permuted_world

MECHANISMS = discover(sim.mechanisms, Mechanism)  # type: ignore[type-abstract]
POLICIES = discover(sim.policies, Policy)  # type: ignore[type-abstract]
UNITS: dict[str, Any] = {**MECHANISMS, **POLICIES}
REFERENCES = tomllib.loads((Path(sim.__file__).parent / "references.toml").read_text())
ORDER = np.array([3, 0, 6, 5, 1, 4, 2])

every_mechanism = pytest.mark.parametrize("name", sorted(MECHANISMS))
every_policy = pytest.mark.parametrize("name", sorted(POLICIES))
every_unit = pytest.mark.parametrize("name", sorted(UNITS))


def updated(unit: Mechanism, world: World, name: str = "x", step: int = 5) -> Update:
    return unit(world, Streams(7).at(name, step))


# -- the checks, each a function so that planted faults can be shown to be caught ------------------------------------


def check_is_pure(unit: Mechanism, world: World) -> None:
    """Same world and stream, same answer; the world is as it was."""
    before = {name: values.copy() for name, values in world.arrays().items()}
    first, second = updated(unit, world), updated(unit, world)
    for part in ("add", "set"):
        one, two = getattr(first, part), getattr(second, part)
        assert one.keys() == two.keys()
        for column in one:
            np.testing.assert_array_equal(one[column], two[column], err_msg=f"{part} {column}: keeps memory")
    for column, values in world.arrays().items():
        np.testing.assert_array_equal(values, before[column], err_msg=f"wrote to {column}")


def check_declares(unit: Mechanism, world: World) -> None:
    """Reads and writes are the declared ones."""
    with world.watch() as seen:
        update = updated(unit, world)
    assert seen <= set(unit.reads.split()), f"undeclared reads: {sorted(seen - set(unit.reads.split()))}"
    written = set(update.add) | set(update.set)
    assert written <= set(unit.writes.split()), f"undeclared writes: {sorted(written - set(unit.writes.split()))}"
    known = set(World.declarations())
    assert set(unit.reads.split()) <= known, f"no such columns: {sorted(set(unit.reads.split()) - known)}"
    assert set(unit.writes.split()) <= set(World.columns())
    fixed = {name for name in unit.writes.split() if World.columns()[name].fixed}
    assert not fixed, f"fixed columns never change: {sorted(fixed)}"


def check_shapes(unit: Mechanism, world: World) -> None:
    """What comes back is finite and fits the columns, symmetric where they are."""
    update = updated(unit, world)
    declared = World.columns()
    for column, values in {**update.add, **update.set}.items():
        values = np.asarray(values)
        assert values.shape == world.shape(declared[column].axes), column
        assert np.isfinite(values.astype(float)).all(), f"{column} is not finite"
        if declared[column].symmetric:
            np.testing.assert_allclose(
                values.astype(float), np.swapaxes(values, -1, -2).astype(float), atol=1e-12, err_msg=column
            )
    for happening in update.happenings:
        length = len(happening.who)
        columns = (happening.whom, happening.third, happening.amount, happening.chance, happening.drawn, happening.done)
        for values in (*(c for c in columns if c is not None), *happening.terms.values()):
            assert len(values) == length, happening.kind
        assert happening.kind in unit.kinds, f"kind '{happening.kind}' has no sentence"
        if happening.done is not None and not happening.done.all():
            assert f"{happening.kind} refused" in unit.kinds


def check_names_do_not_matter(unit: Mechanism, world: World, order: Array) -> None:
    """Relabelled states give the relabelled result."""
    plain = unit(world, Streams(7).at("x", 5))
    moved = unit(permuted_world(world, order), PermutedDraws(Streams(7).at("x", 5), order))
    axes = World.columns()
    for part in ("add", "set"):
        for column, values in getattr(plain, part).items():
            expected = np.asarray(values)
            for position, letter in enumerate(axes[column].axes):
                if letter in "ij":
                    expected = expected.take(order, axis=position)
            np.testing.assert_allclose(
                np.asarray(getattr(moved, part)[column], dtype=float),
                expected.astype(float),
                rtol=1e-9,
                atol=1e-9,
                err_msg=column,
            )


def check_parameters_are_read(kind: type) -> None:
    """Every declared parameter is named in the code that runs."""
    source = textwrap.dedent(inspect.getsource(kind))
    fields = set(parameters(kind))
    tree = ast.parse(source)
    named = {n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute)}
    named |= {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)}
    takes_all = any(
        isinstance(n, ast.Call) and ast.unparse(n.func) == "self.numbers" and not n.args for n in ast.walk(tree)
    )
    prefixes = re.findall(r'f"(\w+_)\{', source)
    unread = {f for f in fields - named if not takes_all and not any(f.startswith(p) for p in prefixes)}
    assert not unread, f"no line reads {sorted(unread)}"


def check_parameters_are_documented(kind: type) -> None:
    """Unit, bounds, sentence and a source that resolves."""
    for p in parameters(kind).values():
        assert p.unit and p.low < p.high and p.low <= p.default <= p.high, p.name
        assert p.doc.endswith("."), f"{p.name}: the doc is a sentence"
        if p.source != "assumed":
            for key in p.source.split("; "):
                assert key in REFERENCES, f"{p.name}: '{key}' is not in references.toml"


# -- every unit ------------------------------------------------------------------------------------------------------


@every_mechanism
def test_mechanism_keeps_the_contract(name: str) -> None:
    unit, world = MECHANISMS[name](), busy_world()
    check_is_pure(unit, world)
    check_declares(unit, world)
    check_shapes(unit, world)


@every_mechanism
def test_mechanism_does_not_care_for_names(name: str) -> None:
    check_names_do_not_matter(MECHANISMS[name](), busy_world(), ORDER)


@every_mechanism
def test_mechanism_leaves_the_dead_alone(name: str) -> None:
    world = busy_world()
    alive = world.alive.copy()
    alive[4] = False
    world.write({"alive": alive})
    update = updated(MECHANISMS[name](), world)
    for happening in update.happenings:
        done = np.ones(len(happening.who), dtype=bool) if happening.done is None else happening.done
        for side in (happening.who, happening.whom):
            assert side is None or not np.any((side == 4) & done), f"{happening.kind} of a state that does not exist"


@every_unit
def test_parameters(name: str) -> None:
    check_parameters_are_read(UNITS[name])
    check_parameters_are_documented(UNITS[name])


@every_unit
def test_unit_is_a_frozen_dataclass_with_a_telling_docstring(name: str) -> None:
    kind = UNITS[name]
    assert dataclasses.is_dataclass(kind) and kind.__dataclass_params__.frozen  # type: ignore[attr-defined]
    doc = inspect.getmodule(kind).__doc__ or ""
    first = doc.strip().split("\n\n")[0]
    assert first.endswith(".") and len(first) < 240, "the first paragraph is one plain sentence"
    assert "Assumes:" in doc and "Source:" in doc
    assert kind.__name__.lower() == name.replace("_", ""), "file and class have one name"
    if name in MECHANISMS:
        assert "| symbol | column | unit | shape |" in doc


def test_no_two_mechanisms_set_one_column_in_a_phase() -> None:
    world = busy_world()
    for phase in Phase:
        setters: dict[str, str] = {}
        for name, kind in MECHANISMS.items():
            if kind.phase is phase:
                for column in updated(kind(), world, name).set:
                    assert column not in setters, f"{name} and {setters[column]} both set {column} in {phase.name}"
                    setters[column] = name


@every_policy
def test_policy_adds_over_members(name: str) -> None:
    world, policy = busy_world(), POLICIES[name]()
    first, second = np.array([2, 4]), np.array([5, 3])
    both = policy.propose(world, np.concatenate([first, second]), Streams(1).at("p", 0))
    apart = policy.propose(world, first, Streams(1).at("p", 0)) + policy.propose(world, second, Streams(1).at("p", 0))
    for column in PROPOSED:
        np.testing.assert_allclose(getattr(both, column), getattr(apart, column), rtol=1e-12)


@every_policy
def test_policy_declares_reads_and_proposes_finite_rows(name: str) -> None:
    world, policy = busy_world(), POLICIES[name]()
    members = np.array([2, 3, 5])
    with world.watch() as seen:
        proposals = policy.propose(world, members, Streams(1).at("p", 0))
    assert seen <= set(policy.reads.split()), f"undeclared reads: {sorted(seen - set(policy.reads.split()))}"
    declared = World.columns()
    for column in PROPOSED:
        rows = getattr(proposals, column)
        assert rows.shape == (3, *world.shape(declared[column].axes)[1:]) and np.isfinite(rows).all()
        assert (rows >= declared[column].low).all() and (rows <= declared[column].high).all()


# -- the contract itself: planted faults are caught ------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Faulty(Mechanism):
    """Does what its fault says."""

    unread: float = param(1, unit="1", low=0, high=2, doc="Nobody looks.", source="assumed")
    fault: ClassVar[str] = ""
    seen: ClassVar[list[int]] = []
    phase: ClassVar = Phase.SHOCK
    reads: ClassVar = "gdp"
    writes: ClassVar = "gdp"

    def __call__(self, world: World, rng: Generator) -> Update:
        gdp = np.zeros(world.sizes["i"])
        if self.fault == "memory":
            self.seen.append(1)
            gdp += len(self.seen)
        elif self.fault == "undeclared read":
            gdp += world.power
        elif self.fault == "undeclared write":
            return Update(add={"force": gdp})
        elif self.fault == "shape":
            return Update(add={"gdp": gdp[:-1]})
        elif self.fault == "not finite":
            gdp[0] = np.nan
        elif self.fault == "order":
            gdp[0] = 1.0
        elif self.fault == "writes":
            world.arrays()["gdp"][0] = 5.0
        return Update(add={"gdp": gdp})


@pytest.mark.parametrize(
    ("fault", "check"),
    [
        ("memory", check_is_pure),
        ("writes", check_is_pure),
        ("undeclared read", check_declares),
        ("undeclared write", check_declares),
        ("shape", check_shapes),
        ("not finite", check_shapes),
    ],
)
def test_planted_fault_is_caught(fault: str, check: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Faulty, "fault", fault)
    with pytest.raises((AssertionError, ValueError)):
        check(Faulty(), busy_world())


def test_planted_dependence_on_order_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Faulty, "fault", "order")
    with pytest.raises(AssertionError):
        check_names_do_not_matter(Faulty(), busy_world(), ORDER)


def test_planted_parameters_are_caught() -> None:
    with pytest.raises(AssertionError, match="no line reads"):
        check_parameters_are_read(Faulty)

    @dataclasses.dataclass(frozen=True)
    class Unsourced(Faulty):
        """A parameter whose source nobody knows."""

        odd: float = param(1, unit="1", low=0, high=2, doc="Odd.", source="Nobody2099")

    with pytest.raises(AssertionError, match="references"):
        check_parameters_are_documented(Unsourced)


def test_a_policy_that_looks_at_its_neighbours_row_is_caught() -> None:
    class Greedy(Policy):
        reads = "benefit autonomy"

        def propose(self, world: World, members: Array, rng: Generator) -> Proposals:
            return Proposals.plain(world, members, arms_effort=np.full(len(members), float(len(members))))

    world, rng = busy_world(), Streams(1).at("p", 0)
    both = Greedy().propose(world, np.array([2, 3]), rng)
    apart = Greedy().propose(world, np.array([2]), rng) + Greedy().propose(world, np.array([3]), rng)
    assert not np.allclose(both.arms_effort, apart.arms_effort)
