"""One file, one way of deciding. A policy proposes; mechanisms resolve.

A policy of one's own is a class with `decide(self, agent)`, in the words below, or a `Policy` over arrays.
"""

from sim.policies._agent import Agent, ProposalError
from sim.policies._per_agent import PerAgent
from sim.policies._words import Arm, AvoidPacts, Campaign, Join, Lean, Mediate, OpenTrade, SeekPact, Spread
from sim.policies.base import Policy
from sim.policies.proposals import Proposals

__all__ = [
    "Agent",
    "Arm",
    "AvoidPacts",
    "Campaign",
    "Join",
    "Lean",
    "Mediate",
    "OpenTrade",
    "PerAgent",
    "Policy",
    "ProposalError",
    "Proposals",
    "SeekPact",
    "Spread",
]
