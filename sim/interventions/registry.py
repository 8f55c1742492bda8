"""Which function carries out which kind of event."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sim.interventions import between_states, of_rules, of_states, presence
from sim.interventions.kinds import (
    Adherence,
    ChangeOfParameter,
    ChangeOfPolicy,
    Collapse,
    Dispute,
    Entry,
    Exit,
    Leader,
    Membership,
    Nuclear,
    Sanction,
    Setting,
    Shock,
    Switch,
    Tier,
    Treaty,
)
from sim.interventions.outcomes import Outcome

if TYPE_CHECKING:
    from sim.model import Geopolitics

_RULES: dict[type, Callable[..., Outcome]] = {
    Sanction: between_states.sanction,
    Treaty: between_states.treaty,
    Membership: between_states.membership,
    Dispute: between_states.dispute,
    Adherence: between_states.norm,
    Leader: of_states.leader,
    ChangeOfPolicy: of_states.policy,
    Nuclear: of_states.nuclear,
    Tier: of_states.tier,
    Setting: of_states.setting,
    ChangeOfParameter: of_rules.parameter,
    Switch: of_rules.switch,
    Shock: of_rules.shock,
    Collapse: of_rules.collapse,
    Entry: presence.enters,
    Exit: presence.leaves,
}


def outcome(model: Geopolitics, event: Any) -> Outcome:
    """What an event would change in a model as it stands; nothing is changed yet."""
    return _RULES[type(event)](model, event)
