"""The portfolio flow against its closed forms: weights, collapse, hysteresis, stability of the straddle."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.core.columns import Array
from sim.core.streams import Streams
from sim.mechanisms.alignment import Alignment, portfolio_flow, utility_gradient
from tests.mechanisms.worlds import busy_world, small_world

RHO, KAPPA = 1.0, 1.5


def rested(b: list[float], r: float, start: list[float], *, rho: float = RHO, years: float = 800) -> Array:
    """Where one portfolio comes to rest between two poles of rivalry r, without mutation."""
    rivalry = np.array([[0.0, r], [r, 0.0]])
    w, appeal = np.array([start], dtype=float), np.array([b])
    return portfolio_flow(w, appeal, np.array([rho]), rivalry, dt=years, kappa=KAPPA, eta=1.0, mu=0.0)[0]


@pytest.mark.parametrize("gap", [0.0, 0.1, 0.3])
@pytest.mark.parametrize("r", [0.0, 0.2, 0.4])
def test_two_poles_with_non_alignment_closed(gap: float, r: float) -> None:
    """w1 = 1/2 + (b1 - b2) / (2 (rho - kappa r))."""
    w = rested([0.0, 0.5 + gap, 0.5], r, [0.0, 0.5, 0.5])
    assert w[0] == 0
    expected = min(1.0, 0.5 + gap / (2 * (RHO - KAPPA * r)))
    assert w[1] == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("r", [0.0, 0.2, 0.35])
@pytest.mark.parametrize("b", [[0.5, 0.5, 0.5], [0.4, 0.5, 0.45], [0.6, 0.45, 0.5]])
def test_three_open_options(b: list[float], r: float) -> None:
    """w1 - w2 = (b1 - b2) / (rho - kappa r);  w0 = (2 b0 - b1 - b2 + rho + kappa r) / (3 rho + kappa r)."""
    w = rested(b, r, [1 / 3, 1 / 3, 1 / 3])
    assert w[1] - w[2] == pytest.approx((b[1] - b[2]) / (RHO - KAPPA * r), abs=1e-6)
    assert w[0] == pytest.approx((2 * b[0] - b[1] - b[2] + RHO + KAPPA * r) / (3 * RHO + KAPPA * r), abs=1e-6)


@pytest.mark.parametrize("gap", [0.0, 0.1, 0.25])
def test_the_balancing_act_collapses_where_the_theory_says(gap: float) -> None:
    """r_c = (rho - |b1 - b2|) / kappa, found by bisection from a start of .51."""
    low, high = 0.0, 1.0
    for _ in range(9):
        middle = (low + high) / 2
        collapsed = rested([0.0, 0.5 + gap, 0.5], middle, [0.0, 0.51, 0.49], years=1500)[1] > 0.99
        low, high = (low, middle) if collapsed else (middle, high)
    assert high == pytest.approx((RHO - gap) / KAPPA, rel=0.05)


def test_hysteresis_above_the_upper_threshold() -> None:
    """Beyond r = (rho + |b1 - b2|) / kappa both camps hold whoever is in them; below it the worse one does not."""
    gap = 0.2
    upper = (RHO + gap) / KAPPA
    for r, worse_camp_holds in ((upper + 0.03, True), (upper - 0.03, False)):
        w = rested([0.0, 0.5 + gap, 0.5], r, [0.0, 0.01, 0.99], years=2000)
        assert (w[2] > 0.99) == worse_camp_holds


@settings(max_examples=25)
@given(st.integers(2, 5), st.integers(0, 10**6))
def test_the_straddle_is_stable_iff_the_form_is_positive_definite(poles: int, seed: int) -> None:
    """rho I + kappa R on vectors that sum to zero decides whether the even portfolio of equal poles holds."""
    rng = np.random.Generator(np.random.PCG64(seed))
    upper = np.triu(rng.uniform(0, 1, (poles, poles)), 1)
    rivalry = upper + upper.T
    rivalry *= 1 / np.maximum(rivalry.sum(axis=1), 1e-9)[:, None] if poles == 2 else 1.0
    circulant = np.array([[rivalry[0, (j - i) % poles] + rivalry[0, (i - j) % poles] for j in range(poles)]
                          for i in range(poles)]) / 2  # fmt: skip
    basis = np.linalg.svd(np.ones((1, poles)))[2][1:]
    least = np.linalg.eigvalsh(basis @ (RHO * np.eye(poles) + KAPPA * circulant) @ basis.T).min()
    if abs(least) < 0.05:
        return
    nudge = rng.normal(0, 1e-4, poles)
    start = np.concatenate([[0.0], 1 / poles + nudge - nudge.mean()])[None, :]
    flow = {"dt": 1000.0, "kappa": KAPPA, "eta": 1.0, "mu": 0.0}
    w = portfolio_flow(start, np.zeros((1, poles + 1)), np.array([RHO]), circulant, **flow)
    assert (np.abs(w[0, 1:] - 1 / poles).max() < 1e-3) == (least > 0)


@given(st.integers(0, 10**6), st.floats(0.01, 1.0))
def test_rows_stay_on_the_simplex_and_every_vector_can_revive(seed: int, dt: float) -> None:
    rng = np.random.Generator(np.random.PCG64(seed))
    w = rng.dirichlet(np.full(4, 0.2), 6)
    rivalry = rng.uniform(0, 1, (3, 3))
    rivalry = (rivalry + rivalry.T) / 2 * (1 - np.eye(3))
    after = portfolio_flow(
        w, rng.uniform(0, 1, (6, 4)), rng.uniform(0.5, 1.5, 6), rivalry, dt=dt, kappa=1.5, eta=1.0, mu=0.01
    )
    np.testing.assert_allclose(after.sum(axis=1), 1.0)
    assert (after >= 0.01 * dt / 4 * 0.999).all()


def test_the_gradient_is_that_of_the_utility() -> None:
    rng = np.random.Generator(np.random.PCG64(3))
    w, b, rho = rng.dirichlet(np.ones(4), 2), rng.uniform(0, 1, (2, 4)), rng.uniform(0.5, 1.5, 2)
    rivalry = np.array([[0, 0.3, 0.6], [0.3, 0, 0.1], [0.6, 0.1, 0]])

    def utility(x: Array) -> Array:
        straddle = np.einsum("ng,gh,nh->n", x[:, 1:], rivalry, x[:, 1:])
        return (b * x).sum(axis=1) - rho / 2 * (x**2).sum(axis=1) - KAPPA / 2 * straddle

    slope = utility_gradient(w, b, rho, rivalry, kappa=KAPPA)
    for o in range(4):
        nudge = np.zeros((2, 4))
        nudge[:, o] = 1e-6
        np.testing.assert_allclose((utility(w + nudge) - utility(w - nudge)) / 2e-6, slope[:, o], rtol=1e-6)


def test_halving_the_step_changes_little() -> None:
    whole, half = busy_world(dt=0.5), busy_world(dt=0.25)
    one = Alignment()(whole, Streams(1).at("a", 0)).set["alignment"]
    first = Alignment()(half, Streams(1).at("a", 0)).set["alignment"]
    half.write({"alignment": first})
    two = Alignment()(half, Streams(1).at("a", 0)).set["alignment"]
    np.testing.assert_allclose(one, two, atol=0.005)


def test_members_of_poles_stay_and_leaders_that_change_are_reported() -> None:
    world = small_world(
        5, appeal=[[0, 5, 0]] * 5, alignment=[[0, 1, 0], [0, 0, 1], [0.2, 0.3, 0.5], [0.2, 0.3, 0.5], [0.1, 0.8, 0.1]]
    )
    update = Alignment(eta=6)(world, Streams(1).at("a", 0))
    np.testing.assert_array_equal(update.set["alignment"][:2], world.alignment[:2])
    (told,) = update.happenings
    assert told.who.tolist() == [2, 3] and told.third.tolist() == [1, 1]
    total = sum(told.terms.values())
    slope = utility_gradient(world.alignment, world.appeal, world.diversification, world.pole_rivalry, kappa=1.5)
    after = update.set["alignment"][[2, 3]]
    np.testing.assert_allclose(total, np.log(after[:, 1] / after[:, 2]))
    pull = sum(told.terms[name] for name in ("appeal of the new over the old", "spreading", "straddling rivals"))
    np.testing.assert_allclose(pull, 6 * world.dt * (slope[[2, 3], 1] - slope[[2, 3], 2]))
