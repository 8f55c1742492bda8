"""On which line of a TOML text each key stands (the standard library's reader keeps no lines)."""

from __future__ import annotations

import re
from bisect import bisect_right

from sim.scenario.problems import KeyPath

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_STRING = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}' r"|'''.*?'{3,5}" r'|"(?:\\.|[^"\\\n])*"' r"|'[^'\n]*'",
    re.DOTALL,
)
_SCALAR = re.compile(r"[^,\]}\n#]*")


def key_lines(text: str) -> dict[KeyPath, int]:
    """Key path -> line, counted from 1, for every table, key and entry of a list.

    Args:
        text: TOML that `tomllib` has read without complaint; of other text the answer means nothing.
    """
    scanner = _Scanner(text)
    scanner.document()
    return scanner.lines


class _Scanner:
    """A walk through the text that only looks at keys and brackets."""

    def __init__(self, text: str) -> None:
        self.text, self.position = text, 0
        self.lines: dict[KeyPath, int] = {}
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self._entries: dict[KeyPath, int] = {}

    def document(self) -> None:
        """All tables and keys, top to bottom."""
        table: KeyPath = ()
        while self._skip(_BLANK) < len(self.text):
            if self._takes("[["):
                table = self._next_entry(self._key())
            elif self._takes("["):
                table = self._inside(self._key())
            else:
                self._assignment(table)
                continue
            while self._takes("]"):
                pass

    def _assignment(self, table: KeyPath) -> None:
        path = table
        for part in self._key():
            path = (*path, part)
            self._note(path)
        self._takes("=")
        self._value(path)

    def _value(self, path: KeyPath) -> None:
        self._skip(_SPACE)
        self._note(path)
        if self._takes("["):
            self._list(path)
        elif self._takes("{"):
            while self._skip(_BLANK) < len(self.text) and not self._takes("}"):
                self._assignment(path)
                self._skip(_BLANK)
                self._takes(",")
        elif self._match(_STRING) is None:
            self._skip(_SCALAR)

    def _list(self, path: KeyPath) -> None:
        count = 0
        while self._skip(_BLANK) < len(self.text) and not self._takes("]"):
            self._value((*path, count))
            count += 1
            self._skip(_BLANK)
            self._takes(",")

    def _key(self) -> tuple[str, ...]:
        parts: list[str] = []
        while True:
            self._skip(_SPACE)
            quoted = self._match(_STRING)
            parts.append(quoted[1:-1] if quoted is not None else self._match(_BARE_KEY) or "")
            self._skip(_SPACE)
            if not self._takes("."):
                return tuple(parts)

    def _inside(self, keys: KeyPath) -> KeyPath:
        """The path of a table's header: a list of tables on the way stands for its latest entry."""
        path: KeyPath = ()
        for key in keys:
            path = (*path, key)
            self._note(path)
            if path in self._entries:
                path = (*path, self._entries[path])
        return path

    def _next_entry(self, keys: KeyPath) -> KeyPath:
        path = (*self._inside(keys[:-1]), keys[-1])
        self._note(path)
        self._entries[path] = self._entries.get(path, -1) + 1
        entry = (*path, self._entries[path])
        self._note(entry)
        return entry

    def _note(self, path: KeyPath) -> None:
        self.lines.setdefault(path, bisect_right(self._starts, self.position))

    def _takes(self, mark: str) -> bool:
        if not self.text.startswith(mark, self.position):
            return False
        self.position += len(mark)
        return True

    def _match(self, pattern: re.Pattern[str]) -> str | None:
        match = pattern.match(self.text, self.position)
        if match is None:
            return None
        self.position = match.end()
        return match.group()

    def _skip(self, pattern: re.Pattern[str]) -> int:
        self._match(pattern)
        return self.position
