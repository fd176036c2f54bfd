"""Line numbers for a TOML document: which line each table and key stands on.

``tomllib`` and ``tomlkit`` both forget them. The text must already have passed ``tomllib``: this scanner trusts the
grammar and only keeps count. It knows nothing of outlets.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

Path = tuple[str | int, ...]

_KEY_PART = re.compile(r"""[ \t]*(?:"((?:[^"\\\n]|\\.)*)"|'([^'\n]*)'|([A-Za-z0-9_-]+))[ \t]*""")
_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_STRING = re.compile(r'''"""(?:[^\\]|\\.)*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:[^"\\\n]|\\.)*"|'[^'\n]*\'''', re.DOTALL)
_SCALAR = re.compile(r"[^,\]}#\n]*")


def line_numbers(text: str) -> dict[Path, int]:
    """Map each path, such as ``("outlet", 2, "feeds", 0, "url")``, to its line number, 1 first."""
    scanner = _Scanner(text)
    scanner.document()
    return scanner.lines


def nearest_line(lines: dict[Path, int], path: Path) -> int:
    """Return the line of ``path``, or of the innermost table around it that has one (1 for the document)."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


@dataclass
class _Scanner:
    text: str
    at: int = 0
    lines: dict[Path, int] = field(default_factory=dict)
    counts: dict[Path, int] = field(default_factory=dict)
    _counted_to: int = 0
    _line: int = 1

    def document(self) -> None:
        table: Path = ()
        while True:
            self._blank()
            if self.at >= len(self.text):
                return
            if self.text[self.at] == "[":
                table = self._header()
            else:
                self._pair(table)

    def _header(self) -> Path:
        start = self.at
        double = self.text.startswith("[[", self.at)
        self.at += 2 if double else 1
        keys = self._keys()
        self.at += 2 if double else 1
        path: Path = ()
        for n, key in enumerate(keys):
            path = (*path, key)
            if double and n == len(keys) - 1:
                self.counts[path] = self.counts.get(path, -1) + 1
                self._note(path, start)
            if path in self.counts:
                path = (*path, self.counts[path])
        self._note(path, start)
        return path

    def _pair(self, table: Path) -> None:
        start = self.at
        path = (*table, *self._keys())
        self.at += 1
        self._note(path, start)
        self._value(path)

    def _value(self, path: Path) -> None:
        self._blank()
        opening = self.text[self.at]
        if opening == "[":
            self._array(path)
        elif opening == "{":
            self._inline_table(path)
        elif opening in "\"'":
            found = _STRING.match(self.text, self.at)
            self.at = found.end() if found else len(self.text)
        else:
            found = _SCALAR.match(self.text, self.at)
            self.at = found.end() if found else len(self.text)

    def _array(self, path: Path) -> None:
        self.at += 1
        index = 0
        while True:
            self._blank()
            if self.text[self.at] == "]":
                self.at += 1
                return
            if self.text[self.at] == ",":
                self.at += 1
                continue
            self._note((*path, index), self.at)
            self._value((*path, index))
            index += 1

    def _inline_table(self, path: Path) -> None:
        self.at += 1
        while True:
            self._blank()
            if self.text[self.at] == "}":
                self.at += 1
                return
            if self.text[self.at] == ",":
                self.at += 1
                continue
            self._pair(path)

    def _keys(self) -> list[str]:
        keys = []
        while True:
            found = _KEY_PART.match(self.text, self.at)
            if found is None:
                raise ValueError(f"no key at character {self.at}: the text was not checked with tomllib first")
            keys.append(next(part for part in found.groups() if part is not None))
            self.at = found.end()
            if self.text[self.at] != ".":
                return keys
            self.at += 1

    def _blank(self) -> None:
        found = _BLANK.match(self.text, self.at)
        self.at = found.end() if found else self.at

    def _note(self, path: Path, position: int) -> None:
        self._line += self.text.count("\n", self._counted_to, position)
        self._counted_to = position
        self.lines.setdefault(path, self._line)
