"""Scenarios: TOML files with CSV tables beside them, read, checked and turned into worlds.

`load_scenario` reads one, `scenario_from` makes one from plain data, `Scenario` is one, `ScenarioError` says what
is wrong with one.
"""

from sim.scenario.json_schema import scenario_schema
from sim.scenario.loading import load_scenario, scenario_from
from sim.scenario.problems import ScenarioError
from sim.scenario.reading import built_in_scenarios
from sim.scenario.scenario import Scenario

__all__ = ["Scenario", "ScenarioError", "built_in_scenarios", "load_scenario", "scenario_from", "scenario_schema"]
