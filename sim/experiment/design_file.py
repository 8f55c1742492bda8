"""From an experiment file to a checked design: everything that is wrong with it at once, with key and line."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sim.core.spelling import nearest
from sim.experiment.design import BASE, STATISTICS, Arm, Design, DesignError, Outputs, Source, Stop
from sim.experiment.outcomes_kept import known_kinds, known_measures
from sim.experiment.points import KINDS, SAMPLES, Factor
from sim.experiment.varying import ChangeError, Varying, factor_of
from sim.scenario import ScenarioError
from sim.scenario.places import key_lines
from sim.scenario.problems import KeyPath, Place, Problem, place_of, shown, spell

FILE = "design.toml"
KEYS = {
    (): ("name", "title", "question", "scenario", "replicates", "set", "design", "factors", "arms", "outputs", "stop"),
    ("design",): ("kind", "n", "seed", "file", "points"),
    ("factors",): ("name", "low", "high", "values", "log", "integer"),
    ("arms",): ("name", "set", "events"),
    ("outputs",): ("measures", "statistics", "every", "trajectories", "events"),
    ("stop",): ("measure", "above", "below", "timeout"),
}


def experiment_folders() -> list[Path]:
    """Where experiments are searched by name: ./experiments, then those of the checkout."""
    from sim.built_in import PACKAGE

    return [folder for folder in (Path("experiments"), PACKAGE.parent / "experiments") if folder.is_dir()]


def found_design(reference: str | Path) -> Path:
    """The file of a design: a path of the file or of its folder, or the folder's name.

    Raises:
        DesignError: there is none; names the nearest.
    """
    path = Path(reference).expanduser()
    for candidate in (path, path / FILE, *(folder / path / FILE for folder in experiment_folders())):
        if candidate.is_file():
            return candidate.resolve()
    known = sorted({file.parent.name for folder in experiment_folders() for file in folder.glob(f"*/{FILE}")})
    raise DesignError(
        f"no experiment '{reference}': neither a file, nor a folder with {FILE}; {nearest(str(reference), known)}"
    )


def read_design(reference: str | Path, *, allow_code: bool = False) -> Design:
    """The design in a file, in a folder or of a name.

    Raises:
        DesignError: all that is wrong with it.
    """
    file = found_design(reference)
    try:
        text = file.read_text(encoding="utf-8-sig")
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DesignError(f"{shown(file)}: {error}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise DesignError(f"{shown(file)} cannot be read: {error}") from error
    places = {path: Place(shown(file), line) for path, line in key_lines(text).items()}
    data.setdefault("name", file.parent.name if file.name == FILE else file.stem)
    return design_from(data, folder=file.parent, places=places, text=text, allow_code=allow_code)


def design_from(
    data: Mapping[str, Any],
    *,
    folder: Path | None = None,
    places: Mapping[KeyPath, Place] | None = None,
    text: str = "",
    allow_code: bool = False,
) -> Design:
    """A design from plain data with the keys of an experiment file.

    Raises:
        DesignError: all that is wrong with it.
    """
    reading = _Reading(data, folder, places or {}, allow_code)
    design = reading.design(text)
    if reading.problems:
        raise design_error(reading.problems)
    return design


def design_error(problems: Sequence[Problem]) -> DesignError:
    """The error that tells of all these problems, in the order of their lines."""
    told = sorted(problems, key=lambda each: (each.place.line or 0) if each.place else 0)
    lines = list(dict.fromkeys(str(problem) for problem in told))
    if len(lines) == 1:
        return DesignError(lines[0])
    return DesignError("\n".join([f"{len(lines)} problems in this design:", *(f"  {line}" for line in lines)]))


@dataclass
class _Reading:
    """A design file as it is being read."""

    data: Mapping[str, Any]
    folder: Path | None
    places: Mapping[KeyPath, Place]
    allow_code: bool
    problems: list[Problem] = field(default_factory=list)

    def wrong(self, path: KeyPath, message: str) -> None:
        """Note a problem."""
        place = place_of(path, self.places)
        self.problems.append(Problem(message, spell(path), place))

    def design(self, text: str) -> Design:
        """The design; where there are problems it means nothing."""
        self._keys()
        sources = tuple(self._sources())
        varying = Varying(sources) if sources else None
        table = self._table(("design",))
        kind = self._choice(("design", "kind"), table.get("kind", "grid"), KINDS)
        factors = tuple(self._factors(varying))
        n = self._whole(("design", "n"), table.get("n", 0 if kind not in SAMPLES else 64), low=0)
        if kind in SAMPLES and n < 1:
            self.wrong(("design", "n"), f"{n} points are none; write 1 or more, for sobol and saltelli a power of 2")
        if kind in SAMPLES and not factors:
            self.wrong(("design", "kind"), f"'{kind}' needs factors; add [[factors]] with name, low and high")
        return Design(
            name=str(self.data.get("name", "experiment")),
            sources=sources,
            replicates=self._whole(("replicates",), self.data.get("replicates", 1), low=1),
            kind=kind,
            n=n,
            seed=self._whole(("design", "seed"), table.get("seed", 0), low=0),
            factors=factors,
            arms=tuple(self._arms(varying)),
            outputs=self._outputs(sources),
            stop=self._stop(sources),
            set=self._changes(("set",), self.data.get("set", {}), varying),
            rows=tuple(self._rows(kind, table, factors, varying)),
            text=text,
        )

    # -- keys ----------------------------------------------------------------------------------------------------------
    def _keys(self) -> None:
        self._known((), self.data)
        for section in ("design", "outputs", "stop"):
            self._known((section,), self._table((section,)))
        for section in ("factors", "arms"):
            for at, entry in enumerate(self._list(section)):
                self._known((section,), entry, (section, at))

    def _known(self, section: KeyPath, table: Mapping[str, Any], path: KeyPath | None = None) -> None:
        for key in table:
            if key not in KEYS[section]:  # type: ignore[index]
                self.wrong((*(section if path is None else path), key), f"no such key; {nearest(key, KEYS[section])}")  # type: ignore[index]

    def _table(self, path: KeyPath) -> Mapping[str, Any]:
        held = self.data.get(str(path[0]), {})
        if isinstance(held, Mapping):
            return held
        self.wrong(path, f"{held!r} is no table; write [{path[0]}]")
        return {}

    def _list(self, section: str) -> list[Mapping[str, Any]]:
        held = self.data.get(section, [])
        if isinstance(held, list | tuple) and all(isinstance(entry, Mapping) for entry in held):
            return list(held)
        self.wrong((section,), f"write every one as a table of its own, [[{section}]]")
        return []

    def _choice(self, path: KeyPath, value: Any, known: Sequence[str]) -> str:
        if value in known:
            return str(value)
        self.wrong(path, f"no such choice: {value!r}; {nearest(str(value), known)}")
        return known[0]

    def _whole(self, path: KeyPath, value: Any, *, low: int) -> int:
        if isinstance(value, int) and not isinstance(value, bool) and value >= low:
            return value
        self.wrong(path, f"{value!r}; write a whole number, {low} or more")
        return low

    # -- parts ---------------------------------------------------------------------------------------------------------
    def _sources(self) -> Iterable[Source]:
        from sim.experiment.varying import source_of

        said = self.data.get("scenario")
        named = [said] if isinstance(said, str) else said
        if not isinstance(named, list | tuple) or not named:
            self.wrong(("scenario",), 'name a scenario, as scenario = "central-asia-2025", or a list of them')
            return
        for at, reference in enumerate(named):
            path: KeyPath = ("scenario",) if isinstance(said, str) else ("scenario", at)
            try:
                yield source_of(reference, self.folder, allow_code=self.allow_code)
            except ScenarioError as error:
                self.wrong(path, str(error))

    def _factors(self, varying: Varying | None) -> Iterable[Factor]:
        seen: set[str] = set()
        for at, entry in enumerate(self._list("factors")):
            path: KeyPath = ("factors", at)
            name = entry.get("name")
            if not isinstance(name, str) or not name:
                self.wrong(path, 'no name; write name = "mechanisms.alignment.kappa" or another key that --set takes')
            elif name in seen:
                self.wrong((*path, "name"), f"'{name}' is a factor already; join the two")
            elif varying is not None:
                seen.add(name)
                found, wrong = factor_of(entry, varying)
                for key, message in wrong.items():
                    self.wrong((*path, key) if key else path, message)
                if found is not None and not wrong:
                    yield found

    def _arms(self, varying: Varying | None) -> Iterable[Arm]:
        yield Arm(BASE)
        seen = {BASE}
        for at, entry in enumerate(self._list("arms")):
            path: KeyPath = ("arms", at)
            name = entry.get("name")
            if not isinstance(name, str) or not name:
                self.wrong(path, 'no name; write name = "no_mediation"')
                continue
            if name in seen:
                usual = " (it is always there, and changes nothing)" if name == BASE else ""
                self.wrong((*path, "name"), f"there is an arm '{name}' already{usual}; choose another name")
            seen.add(name)
            events = entry.get("events", [])
            changes = self._changes((*path, "set"), entry.get("set", {}), varying, events, (*path, "events"))
            if not changes and not events:
                self.wrong(path, "this arm changes nothing; write [arms.set] with KEY = VALUE below it")
            elif (
                varying is not None
                and not events
                and varying.idle({**self.data.get("set", {}), **changes}, self.data.get("set", {}))
            ):
                self.wrong(
                    (*path, "set"),
                    f"arm '{name}' changes nothing: the scenario says the same; take it out or change it",
                )
            yield Arm(name, changes, tuple(dict(event) for event in events))

    def _changes(
        self, path: KeyPath, said: Any, varying: Varying | None, events: Any = (), where: KeyPath = ()
    ) -> dict[str, Any]:
        if not isinstance(said, Mapping):
            self.wrong(path, f'{said!r} is no table; write "KEY" = VALUE, one a line')
            return {}
        flat = dict(_flat(said))
        if varying is not None:
            try:
                varying.check(flat, events)
            except ChangeError as error:
                for key, message in error.found.items():
                    self.wrong((*path, key) if key in flat else (where or path), message)
        return flat

    def _rows(
        self, kind: str, table: Mapping[str, Any], factors: Sequence[Factor], varying: Varying | None
    ) -> Iterable[Mapping[str, Any]]:
        if kind == "csv":
            rows = self._csv(table.get("file"))
        elif kind == "list":
            rows = table.get("points", [])
            if not isinstance(rows, list) or not rows or not all(isinstance(row, Mapping) for row in rows):
                self.wrong(("design", "points"), "write a list of points, as points = [{ KEY = VALUE }, ...]")
                rows = []
        else:
            return
        names = {factor.name for factor in factors}
        for at, row in enumerate(rows):
            flat = dict(_flat(row))
            extra = [key for key in flat if names and key not in names]
            if extra:
                self.wrong(("design", "points", at), f"'{extra[0]}' is no factor; {nearest(extra[0], sorted(names))}")
            elif varying is not None:
                try:
                    varying.check(flat)
                except ChangeError as error:
                    self.wrong(("design", "points", at), "; ".join(error.found.values()))
            yield flat

    def _csv(self, said: Any) -> list[dict[str, Any]]:
        if not isinstance(said, str):
            self.wrong(("design", "file"), 'name the file, as file = "points.csv": a column a factor, a row a point')
            return []
        path = (self.folder or Path()) / said
        try:
            with path.open(encoding="utf-8-sig", newline="") as stream:
                rows = [{key: _number(value) for key, value in row.items()} for row in csv.DictReader(stream)]
        except OSError as error:
            self.wrong(("design", "file"), f"{shown(path)} cannot be read: {error.strerror}")
            return []
        if not rows:
            self.wrong(("design", "file"), f"{shown(path)} holds no points")
        return rows

    def _outputs(self, sources: Sequence[Source]) -> Outputs:
        table = self._table(("outputs",))
        known = known_measures(sources)
        usual = [name for name in known if "." not in name]
        return Outputs(
            measures=self._names(("outputs", "measures"), table.get("measures", usual), known),
            statistics=self._names(("outputs", "statistics"), table.get("statistics", ["mean", "end"]), STATISTICS),
            every=self._whole(("outputs", "every"), table.get("every", 1 if table.get("trajectories") else 0), low=0),
            trajectories=self._names(
                ("outputs", "trajectories"),
                table.get("trajectories", table.get("measures", usual) if table.get("every") else []),
                known,
            ),
            events=self._events(table.get("events", [])),
        )

    def _names(self, path: KeyPath, said: Any, known: Sequence[str]) -> tuple[str, ...]:
        if not isinstance(said, list | tuple):
            self.wrong(path, f"{said!r} is no list; write [...]")
            return ()
        if not said and path[-1] != "trajectories":
            self.wrong(path, "the list is empty; name one at least, or leave the key out for the usual ones")
        for at, name in enumerate(said):
            if name not in known:
                self.wrong(
                    (*path, at), f"no such {str(path[-1]).removesuffix('s')} '{name}'; {nearest(str(name), known)}"
                )
        return tuple(dict.fromkeys(str(name) for name in said))

    def _events(self, said: Any) -> tuple[str, ...]:
        if said is True or said in ("all", ["all"]):
            return ("all",)
        return self._names(("outputs", "events"), said, known_kinds()) if said else ()

    def _stop(self, sources: Sequence[Source]) -> Stop:
        table, path = self._table(("stop",)), ("stop",)
        numbers: dict[str, float | None] = {}
        for key in ("above", "below", "timeout"):
            value = table.get(key)
            if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
                self.wrong((*path, key), f"{value!r} is no number")
                value = None
            numbers[key] = None if value is None else float(value)
        measure = table.get("measure", "")
        if measure:
            self._names((*path, "measure"), [measure], known_measures(sources))
            if numbers["above"] is None and numbers["below"] is None:
                self.wrong((*path, "measure"), "say when to stop: above = NUMBER or below = NUMBER")
        elif numbers["above"] is not None or numbers["below"] is not None:
            self.wrong(path, 'say of which measure, as measure = "live_wars"')
        if numbers["timeout"] is not None and numbers["timeout"] <= 0:
            self.wrong((*path, "timeout"), f"{numbers['timeout']:g} seconds are no time; write more than 0")
        return Stop(str(measure), **numbers)


def _flat(said: Mapping[str, Any], before: str = "") -> Iterable[tuple[str, Any]]:
    """Keys with dots and their values; a table of tables is the same as keys with dots."""
    for key, value in said.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{before}{key}.")
        else:
            yield f"{before}{key}", value


def _number(text: str | None) -> Any:
    """A cell of a table: a number if it is one, true or false, else text."""
    said = (text or "").strip()
    if said in ("true", "false"):
        return said == "true"
    try:
        value = float(said)
    except ValueError:
        return said
    return int(value) if value.is_integer() and "." not in said and "e" not in said.lower() else value
