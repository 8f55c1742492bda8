"""What a change does: differences between arms, paired by point and replicate, with Student's intervals.

Runs of one pair share all their chance, so what they have in common cancels. An interval rests on what is independent:
where points have seeds of their own, on points (replicates of a point, which share its parameters, are averaged first);
where all points share their seeds, as on a grid, or where there is one point only, on seeds (points are averaged).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.core.columns import Array
from sim.core.spelling import nearest
from sim.experiment.analysis.intervals import student_interval
from sim.experiment.analysis.outcomes import BASE, AnalysisError

if TYPE_CHECKING:
    from pandas import DataFrame

PAIR = ["scenario", "point", "replicate"]


@dataclass(frozen=True)
class Difference:
    """What an arm changes in one output.

    Attributes:
        arm, output: names.
        pairs: pairs of runs that were compared; independent: points or seeds that the interval rests on.
        base: mean without the change. diff: mean difference; low, high: its interval.
        effect: diff in standard deviations of the output among runs without the change; nan if those are all alike.
        variance_ratio: variance of a difference of runs with seeds of their own, over that of these pairs; infinite if
            all pairs differ by the same amount, nan if nothing varies at all.
    """

    arm: str
    output: str
    pairs: int
    independent: int
    base: float
    diff: float
    low: float
    high: float
    effect: float
    variance_ratio: float

    def as_dict(self) -> dict[str, Any]:
        """The same as a dict of plain numbers."""
        return asdict(self)


def differences(
    table: DataFrame,
    outputs: Sequence[str],
    *,
    against: str = BASE,
    arms: Sequence[str] | None = None,
    level: float = 0.95,
) -> list[Difference]:
    """Paired differences of arms from another arm.

    Args:
        table: runs, with arm, scenario, point, replicate, status and the outputs.
        against: the arm to compare with.
        arms: which; all others, if None.

    Raises:
        AnalysisError: there is no such arm, or nothing to compare it with.
    """
    base = _indexed(of_arm(table, against), outputs)
    names = [name for name in dict.fromkeys(table["arm"]) if name != against] if arms is None else list(arms)
    if not names:
        raise AnalysisError(f"there is no arm but '{against}'; add [[arms]] to the design, or --arm NAME=KEY=VALUE")
    found = []
    for name in names:
        held = _indexed(of_arm(table, name), outputs)
        for output in outputs:
            found.append(_difference(name, output, held[output], base[output], level))
    return found


def contrast(
    table: DataFrame, output: str, weights: Mapping[str, float], *, level: float = 0.95
) -> tuple[float, float, float]:
    """Mean of a weighted sum of arms, pair by pair, with its interval: {"both": 1, "one": -1, "other": -1, "base": 1}.

    Raises:
        AnalysisError: an arm is not there.
    """
    parts = [weight * _indexed(of_arm(table, arm), [output])[output] for arm, weight in weights.items()]
    total = parts[0]
    for part in parts[1:]:
        total = total.add(part)
    return student_interval(_independent(total.dropna()), level)


def by_level(table: DataFrame, of: str, parts: int = 3, *, against: str = BASE) -> DataFrame:
    """The table with a column `level`: which of so many equal parts, by a column of the runs without change.

    Raises:
        AnalysisError: no such column.
    """
    import pandas as pd

    if of not in table:
        raise AnalysisError(f"no column '{of}' in this sweep")
    base = of_arm(table, against)
    base = base[base["status"] == "ok"].dropna(subset=[of])
    keys = ["point"] if base["point"].nunique() >= parts else PAIR
    order = base.groupby(keys)[of].mean()
    rank = pd.qcut(order.rank(method="first"), parts, labels=False).rename("level")
    return table.drop(columns="level", errors="ignore").merge(rank.reset_index(), on=keys, how="left")


def of_arm(table: DataFrame, arm: str) -> DataFrame:
    """The runs of one arm.

    Raises:
        AnalysisError: there is no such arm.
    """
    chosen = table[table["arm"] == arm]
    if chosen.empty:
        raise AnalysisError(f"no arm '{arm}'; {nearest(arm, sorted(set(table['arm'])))}")
    return chosen


def _indexed(table: DataFrame, outputs: Sequence[str]) -> DataFrame:
    """Outputs of the runs that ended well, by scenario, point and replicate."""
    good = table[table["status"] == "ok"]
    luck = (
        good["seed"].astype(str) if "seed" in good else good["point"].astype(str) + "/" + good["replicate"].astype(str)
    )
    return good.assign(luck=luck).set_index([*PAIR, "luck"])[list(outputs)].astype(float)


def _difference(arm: str, output: str, held: Any, base: Any, level: float) -> Difference:
    change = (held - base).dropna()
    if change.empty:
        raise AnalysisError(f"no pair of runs of arm '{arm}' has ended with a result for {output}")
    values = _independent(change)
    diff, low, high = student_interval(values, level)
    mine, theirs = held.loc[change.index], base.loc[change.index]
    spread = float(theirs.std(ddof=1)) if len(theirs) > 1 else float("nan")
    effect = diff / spread if spread > 0 else float("nan")
    ratio = variance_ratio(mine, theirs, change)
    return Difference(
        arm, output, len(change), len(values), float(theirs.mean()), diff, low, high, float(effect), float(ratio)
    )


def _independent(change: Any) -> Array:
    """Differences that do not depend on one another: means over points or over seeds."""
    if not len(change):
        return np.empty(0)
    luck, points = change.index.get_level_values("luck"), change.groupby(level=["scenario", "point"]).ngroups
    shared = points == 1 or luck.nunique() < len(change)
    return change.groupby(level="luck" if shared else ["scenario", "point"]).mean().to_numpy()


def variance_ratio(mine: Any, theirs: Any, change: Any) -> float:
    """Variance between seeds that unpaired runs would have, over that of the pairs; pooled over points."""
    own, other, paired = (_within(values) for values in (mine, theirs, change))
    if paired > 1e-18 * max(own + other, 1e-300):
        return (own + other) / paired
    return float("inf") if own + other > 0 else float("nan")


def _within(values: Any) -> float:
    """Variance between replicates of a point, pooled; between points, if each has one replicate only."""
    groups = values.groupby(level=["scenario", "point"])
    freedom = len(values) - groups.ngroups
    if freedom > 0:
        return float(((values - groups.transform("mean")) ** 2).sum() / freedom)
    return float(np.var(values.to_numpy(), ddof=1)) if len(values) > 1 else float("nan")
