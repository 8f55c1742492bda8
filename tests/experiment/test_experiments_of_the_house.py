"""The experiments that come with the house: their designs are sound, and their arms change what they claim."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from sim import load_scenario
from sim.core.columns import Array
from sim.experiment.design import BASE, Design
from sim.experiment.design_file import read_design
from sim.model import Geopolitics

HOME = Path(__file__).parent.parent.parent / "experiments"
NAMES = sorted(file.parent.name for file in HOME.glob("*/design.toml"))
FLAGSHIP = "do_middle_powers_stabilise"
OWN = ("multi_vector", "align", "neutral")
"""Policies of states outside the poles that have a will to mediate of their own."""


def changes(design: Design, arm: str) -> dict[str, object]:
    return next(dict(each.set) for each in design.arms if each.name == arm)


@cache
def decided(experiment: str, arm: str) -> Geopolitics:
    """The model of an arm after its states have decided once."""
    design = read_design(HOME / experiment)
    model = load_scenario(str(next(HOME.joinpath(experiment).glob("[!d]*.toml"))), changes=changes(design, arm)).model(
        7
    )
    model.turn()
    return model


def held_by(model: Geopolitics, *policies: str) -> Array:
    """States that decide by one of the policies, bool (n,)."""
    world = model.world
    return np.isin(np.array(world.names.policies, dtype=object)[world.policy.astype(int)], policies)


def test_there_are_three() -> None:
    assert NAMES == [FLAGSHIP, "when_does_balancing_fail", "who_mediates"]


@pytest.mark.parametrize("name", NAMES)
def test_the_design_reads_and_the_question_comes_before_the_design_and_the_finding(name: str) -> None:
    assert read_design(name).size >= 800
    told = (HOME / name / "README.md").read_text(encoding="utf-8")
    heads = re.findall(r"^## (.+)$", told, flags=re.MULTILINE)
    assert heads.index("Question") < heads.index("Design") < heads.index("Finding")
    for figure in re.findall(r"\]\((\w[\w-]*\.svg)\)", told):
        assert (HOME / name / figure).is_file(), f"{name}/README.md shows {figure}, which is not there"


def test_the_flagship_is_ten_thousand_runs_of_base_four_ablations_and_all_of_them() -> None:
    design = read_design(FLAGSHIP)
    single = ("no_own_mediation", "no_multi_vector", "no_norm_entrepreneurs", "no_coalitions")
    assert design.size >= 10_000 and design.arms[0].name == BASE
    together = {key: value for arm in single for key, value in changes(design, arm).items()}
    assert changes(design, "none_of_the_four") == together


@pytest.mark.parametrize("experiment", [FLAGSHIP, "who_mediates"])
def test_silencing_the_other_mediators_leaves_the_great_powers_their_will(experiment: str) -> None:
    arm = {FLAGSHIP: "no_own_mediation", "who_mediates": "no_other_states"}[experiment]
    base, silent = decided(experiment, BASE), decided(experiment, arm)
    poles, own = base.world.in_pole, held_by(base, *OWN)
    assert (base.world.mediation_effort[own] > 0).all() and (silent.world.mediation_effort[own] == 0).all()
    assert np.allclose(silent.world.mediation_effort[~own], base.world.mediation_effort[~own])
    assert np.allclose(silent.world.mediation_effort[poles], 0.7) and poles.sum() == 4


def test_the_policy_of_their_own_that_the_poles_have_changes_next_to_nothing() -> None:
    """It is mediate_first with the numbers of align, which they have elsewhere: the same disputes and pacts."""
    file = str(HOME / "who_mediates" / "ten_years.toml")
    usual = {f"policies.{pole}": "align" for pole in ("USA", "CHN", "RUS", "EUU")}
    own, as_before = (load_scenario(file, changes=each | {"end": 2028}).model(3) for each in ({}, usual))
    for model in (own, as_before):
        model.run_until(2028)
    for column in ("hostility", "treaty_level", "adopted"):
        assert np.array_equal(getattr(own.world, column), getattr(as_before.world, column)), column
    for column in ("alignment", "affinity", "credibility", "power"):
        assert np.allclose(getattr(own.world, column), getattr(as_before.world, column), atol=1e-3), column


def test_taking_the_multi_vector_policy_away_changes_portfolios_and_no_will_to_mediate() -> None:
    base, bound = decided(FLAGSHIP, BASE), decided(FLAGSHIP, "no_multi_vector")
    former = held_by(base, "multi_vector")
    assert former.sum() == 20 and not held_by(bound, "multi_vector").any()
    assert np.allclose(base.world.mediation_effort, bound.world.mediation_effort)
    for column in ("arms_effort", "openness", "membership_desire", "norm_effort"):
        assert np.allclose(getattr(base.world, column), getattr(bound.world, column)), column
    gained = bound.world.alignment[former, 1:].max(axis=1) - base.world.alignment[former, 1:].max(axis=1)
    assert (gained > 0).all()
    assert np.allclose(base.world.alignment[~former], bound.world.alignment[~former], atol=0.02)


def test_the_arms_of_norms_and_coalitions_leave_each_other_alone() -> None:
    base, mute, single = (decided(FLAGSHIP, arm) for arm in (BASE, "no_norm_entrepreneurs", "no_coalitions"))
    assert mute.mechanisms["norms"].entrepreneurs == 0 < base.mechanisms["norms"].entrepreneurs
    assert "issue_coalitions" in mute.mechanisms and "issue_coalitions" not in single.mechanisms
    assert single.mechanisms["norms"] == base.mechanisms["norms"]


def test_rivalry_reaches_from_calm_to_cold_war_between_the_two_rivals() -> None:
    """The factor called rivalry does move rivalry, and Meridia is the only middle power."""
    file = str(HOME / "when_does_balancing_fail" / "between_two_rivals.toml")
    ends = []
    for rise in (0.0, 1.0):
        model = load_scenario(file, changes={"mechanisms.rivalry.up": rise}).model(1)
        model.run_until(2040)
        world = model.world
        ends.append(float(world.rivalry[world.index("ALD"), world.index("BOR")]))
    assert ends[0] < 0.2 and ends[1] > 0.7
    assert [code for code, tier in zip(world.names.states, world.tier, strict=True) if tier == 1] == ["MER"]
