"""A policy in plain Python: decide for one state at a time what it wants.

`detente run docs/own_policy/broker.toml --allow-code --out broker` runs it. A scenario names it as `broker:Broker`; the
file lies beside the scenario.
"""

from sim.policies import Agent, Arm, AvoidPacts, Lean, Mediate, SeekPact


class Broker:
    """Go between, keep an equal distance to all poles, and arm only when somebody is close and ill-disposed.

    `agent.gdp`, `agent.credibility` ... are numbers; `agent.threat["ALD"]`, `agent.alignment["BOR"]` ... go by name;
    `agent.of("ALD")` is another state. `detente describe column` lists what can be read.
    """

    def decide(self, agent: Agent) -> list[object]:
        """What the state wants; what is not said stays as for a state that takes each pole for what it offers."""
        wanted: list[object] = [Mediate(2.0)]
        fair_share = (1 - agent.alignment["non-alignment"]) / len(agent.poles)
        for pole in agent.poles:
            wanted.append(Lean(pole, 0.5 * (fair_share - agent.alignment[pole])))
        most_feared = max(agent.others, key=lambda code: agent.threat[code])
        if agent.threat[most_feared] > 0.3:
            friend = max(agent.others, key=lambda code: agent.affinity[code])
            wanted += [Arm(1.5), SeekPact(friend, 1.0)]
        else:
            wanted.append(AvoidPacts(0.5))
        return wanted
