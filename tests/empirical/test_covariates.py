"""Covariates of pairs: by hand in a world of three states, and without foreknowledge in an invented one."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from sim.empirical.covariates import (
    COLUMNS,
    CORE,
    EXTENDED,
    KNOTS,
    NEVER,
    ONSET,
    Covariates,
    decayed,
    filled,
    followed,
    next_rows,
    past_rows,
    peace_years,
    power_shares,
    quiet_years,
    spline,
)
from sim.empirical.panel import Panel

YEARS = 6


def small(**arrays: Any) -> Any:
    """Three states from 1950 to 1955; the third enters in 1952. Nothing ever happens unless it is said."""
    exists = np.ones((YEARS, 3), dtype=bool)
    exists[:2, 2] = False
    since = np.where(exists, [1900.0, 1949.5, 1952.3], np.nan)
    pairs = (YEARS, 3, 3)
    pact = arrays.pop("pact", np.zeros(pairs, dtype=bool))
    usual = {
        "first": 1950,
        "last": 1955,
        "known_until": lambda *data: 1955,
        "years": np.arange(1950, 1956),
        "codes": np.array([2, 20, 40]),
        "exists": exists,
        "exists_at_end": exists,
        "since": since,
        "major": np.zeros((YEARS, 3), dtype=bool),
        "cinc": np.tile([0.5, 0.3, 0.2], (YEARS, 1)),
        "polyarchy": np.tile([0.9, 0.4, 0.2], (YEARS, 1)),
        "ideal_point": np.tile([1.0, -1.0, 0.0], (YEARS, 1)),
        "gdp": np.tile([60.0, 30.0, 10.0], (YEARS, 1)),
        "gdp_per_head": np.full((YEARS, 3), 5_000.0),
        "population": np.ones((YEARS, 3)),
        "milex": np.tile([4.0, 4.0, 0.0], (YEARS, 1)),
        "distance": np.array([[0.0, 99.0, 999.0], [99.0, 0.0, 9_999.0], [999.0, 9_999.0, 0.0]]),
        "contiguity": np.zeros(pairs, dtype=np.int8),
        "trade": np.full(pairs, np.nan),
        "joint_igos": np.zeros(pairs, dtype=int),
    }
    flags = {name: np.zeros(pairs, dtype=bool) for name in ("ongoing", "onset", "originator_onset", "force_onset")}
    return SimpleNamespace(**(usual | flags | arrays), pact_of=lambda name: pact)


def both(t: int, i: int, j: int, dtype: Any = bool, value: Any = True) -> np.ndarray:
    array = np.zeros((YEARS, 3, 3), dtype=dtype)
    array[t, i, j] = array[t, j, i] = value
    return array


def test_rows_are_pairs_that_exist_with_covariates_of_the_year_before() -> None:
    rows = past_rows(small(), 1951)
    assert list(zip(rows.t, rows.i, rows.j, strict=True)) == [
        (1, 0, 1),
        *((t, i, j) for t in range(2, 6) for i, j in ((0, 1), (0, 2), (1, 2))),
    ]
    entering = (rows.t == 2) & (rows.j == 2)
    assert (rows.before[entering] == 2).all(), "nothing is known of a state before it exists"
    assert (rows.before_i[entering] == 1).all()
    assert (rows.before[~entering] == rows.t[~entering] - 1).all()
    ahead = next_rows(small())
    assert (ahead.t == YEARS).all()
    assert (ahead.before == YEARS - 1).all()
    assert len(ahead.i) == 3


def test_peace_is_counted_from_the_last_dispute_or_from_entry() -> None:
    found = peace_years(small(ongoing=both(2, 0, 1)))
    assert found[:, 0, 1].tolist() == [1, 2, 3, 1, 2, 3, 4]
    assert found[2:, 0, 2].tolist() == [0, 1, 2, 3, 4]
    assert (found == found.transpose(0, 2, 1)).all()


def test_quiet_years_are_counted_from_the_last_dispute_however_young_the_two() -> None:
    found = quiet_years(small(ongoing=both(2, 0, 1)))
    assert found[:, 0, 1].tolist() == [NEVER, NEVER, NEVER, 0, 1, 2, 3]
    assert (found[:, 0, 2] == NEVER).all()
    assert (found == found.transpose(0, 2, 1)).all()


def test_tradition_follows_from_a_year_or_from_entry() -> None:
    values = np.array([[0.2, 0.0], [0.4, 0.0], [0.4, 0.7], [1.4, 0.7]])
    exists = np.array([[True, False], [True, False], [True, True], [True, True]])
    assert followed(values, exists, 1) == pytest.approx(np.array([[0.2, 0], [0.4, 0], [0.4, 0.7], [0.5, 0.7]]))
    panel = small(polyarchy=np.tile([[0.9, 0.4, 0.2], [0.1, 0.4, 0.2]], (3, 1)))
    assert Covariates(panel).tradition[:, 0] == pytest.approx([0.9, 0.82, 0.828, 0.7552, 0.76968, 0.702712])


def test_records_fade_by_half_in_their_half_life() -> None:
    happened = both(0, 0, 1) | both(2, 0, 1)
    found = decayed(happened, 2.0)[:, 0, 1]
    assert found == pytest.approx([0, 0.5**0.5, 0.5, 0.5**0.5 * (0.5 + 1), 0.75, 0.75 * 0.5**0.5, 0.375])


def test_columns_by_hand() -> None:
    trade = np.full((YEARS, 3, 3), np.nan)
    trade[4, 0, 1], trade[4, 1, 0] = 30.0, 69.0
    panel = small(
        contiguity=both(4, 0, 1, np.int8, 1) + both(4, 0, 2, np.int8, 3),
        major=np.tile([True, False, True], (YEARS, 1)),
        pact=both(4, 0, 1) | both(4, 0, 2),
        onset=both(1, 0, 1) | both(4, 0, 1),
        originator_onset=both(4, 0, 1),
        ongoing=both(1, 0, 1) | both(4, 0, 1),
        joint_igos=both(4, 1, 2, int, 7),
        trade=trade,
    )
    data, rows = Covariates(panel), past_rows(panel, 1955)  # pairs 01, 02, 12
    expected = {
        "intercept": [1, 1, 1],
        "log_capability_ratio": [np.log(5 / 3), np.log(2.5), np.log(1.5)],
        "log_capabilities": [np.log(0.15) / 2, np.log(0.1) / 2, np.log(0.06) / 2],
        "land": [1, 0, 0],
        "water": [0, 1, 0],
        "log_distance": [np.log(100), np.log(1_000), np.log(10_000)],
        "defence_pact": [1, 1, 0],
        "joint_democracy": [0.4, 0.2, 0.2],
        "regime_difference": [0.5, 0.7, 0.2],
        "one_major": [1, 0, 1],
        "two_majors": [0, 1, 0],
        "ideal_distance": [2, 1, 1],
        "shared_allies": [0, 0, np.log(2)],
        "joint_organisations": [0, 0, 7],
        "log_trade": [np.log(100), 0, 0],
        "peace": [1, 3, 3],
        "one_major_far": [0, 0, 1],
        "joint_tradition": [0.4, 0.2, 0.2],
        "tradition_difference": [0.5, 0.7, 0.2],
        "recent_dispute": np.exp([0, -NEVER / 4, -NEVER / 4]),
        "recent_disputes": [np.log(3), 0, 0],
    }
    for name, values in expected.items():
        assert data.design(rows, [name])[:, 0] == pytest.approx(values), name
    bends = {name for name in COLUMNS if name.startswith("peace_bend")}
    assert set(COLUMNS) == set(expected) | bends | {"log_power"}
    with pytest.raises(KeyError):
        data.design(rows, ["nonsense"])


def test_the_spline_is_smooth_and_straight_at_its_end() -> None:
    x = np.linspace(0, 60, 6_001)
    bends = np.array(spline(x))
    assert len(bends) == len(KNOTS) - 2
    second = np.diff(bends, 2, axis=1) / 0.01**2
    assert np.abs(second[:, 2_005:]).max() < 1e-6, "no more bend after the last knot"
    assert np.abs(np.diff(second, axis=1)).max() < 1e-3, "no jump in the curvature"
    assert np.linalg.matrix_rank(np.vstack([np.ones_like(x), x, *bends])) == 2 + len(bends)


def test_gaps_are_filled_along_time_then_by_the_middle_of_the_living() -> None:
    values = np.array([[np.nan, 1.0, np.nan, 9.0], [2.0, np.nan, np.nan, 9.0], [np.nan, 5.0, np.nan, 9.0]])
    exists = np.ones((3, 4), dtype=bool)
    exists[:, 3] = False
    assert filled(values, exists).tolist() == [[2, 1, 1.5, 9], [2, 3, 2.5, 9], [2, 5, 3.5, 9]]
    assert filled(np.full((2, 2), np.nan), np.ones((2, 2), dtype=bool)).tolist() == [[0, 0], [0, 0]]


def test_power_shares_by_hand() -> None:
    power = power_shares(small())
    assert power[3].sum() == pytest.approx(1.0)
    # everybody's technology is alike, so that economies count .40
    assert power[3] == pytest.approx(
        [0.4 * 0.6 + 0.35 / 2 + 0.25 / 3, 0.4 * 0.3 + 0.35 / 2 + 0.25 / 3, 0.04 + 0.25 / 3]
    )
    assert power[0, :2].sum() == pytest.approx(1.0)
    armed = small(milex=np.where(np.arange(YEARS)[:, None] < 3, [4.0, 4.0, 0.0], [8.0, 0.0, 0.0]))
    force = (power_shares(armed)[:, 0] - power_shares(small())[:, 0]) / 0.35
    weights = 0.9 ** np.arange(YEARS)
    assert force[3] == pytest.approx(0.5 * weights[0] / weights[:4].sum())


@pytest.fixture(scope="module")
def panel(collection: Path) -> Panel:
    """The invented world."""
    return Panel.of(collection)


@pytest.mark.slow
def test_every_column_is_a_number_in_the_invented_world(panel: Panel) -> None:
    data = Covariates(panel)
    for rows in (past_rows(panel, 1946), next_rows(panel)):
        design = data.design(rows, [*EXTENDED, *ONSET])
        assert np.isfinite(design).all()
        assert len(design) > 100
    assert EXTENDED[: len(CORE)] == CORE


@pytest.mark.slow
def test_covariates_of_a_year_do_not_depend_on_what_came_later(panel: Panel) -> None:
    """But for figures that are missing, which are filled from what is known on both sides."""
    early, late = panel.until(1980), panel
    exact = ["land", "water", "defence_pact", "one_major", "one_major_far", "peace", "recent_dispute"]
    rows = past_rows(early, 1946)
    place = np.searchsorted(late.codes, early.codes)
    later = past_rows(late, 1946)
    later = later.where(later.t <= early.at(1980))
    assert (later.i == place[rows.i]).all()
    assert (Covariates(early).design(rows, exact) == Covariates(late).design(later, exact)).all()


def test_years_that_a_data_set_does_not_speak_of_are_left_out_not_peaceful() -> None:
    """A list that ends in 1953 has no rows of 1954 and 1955: nothing known is not nothing happened."""
    whole, short = small(), small(known_until=lambda *data: 1953 if "dispute_pairs" in data else 1955)
    assert set(past_rows(whole, 1951, "dispute_pairs").t) == {1, 2, 3, 4, 5}
    assert set(past_rows(short, 1951, "dispute_pairs").t) == {1, 2, 3}
    assert set(past_rows(short, 1951).t) == {1, 2, 3, 4, 5}
