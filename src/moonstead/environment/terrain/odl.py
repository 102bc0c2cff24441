"""The object description language of PDS3 labels, as far as maps need it.

Reference: Planetary Data System Standards Reference 3.8 (JPL D-7669), chapter 12.
"""

import re
import struct
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

_TOKEN = re.compile(
    r"/\*.*?\*/|\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'|<(?P<unit>[^>]*)>"
    r"|(?P<mark>[=(){},])|(?P<word>[^\s=(){},<\"']+)",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Item:
    """One value: its text without quotes, and its unit in small letters or empty."""

    text: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """One object or group of a label: what it says, and the objects inside it."""

    name: str
    fields: dict[str, tuple[Item, ...]] = field(default_factory=dict)
    blocks: list["Block"] = field(default_factory=list)

    def find(self, name: str) -> "Block | None":
        """Return the first object of a name, at any depth."""
        for block in self.blocks:
            found = block if block.name == name else block.find(name)
            if found is not None:
                return found
        return None

    def text(self, key: str) -> str:
        """Return the first value of a key as text; empty where it is absent or not applicable."""
        items = self.fields.get(key, ())
        text = items[0].text.strip() if items else ""
        return "" if text.upper() in ("N/A", "NULL", "UNK") else text

    def unit(self, key: str) -> str:
        """Return the unit of the first value of a key; empty where there is none."""
        items = self.fields.get(key, ())
        return items[0].unit if items else ""

    def number(self, key: str, default: float | None = None) -> float:
        """Return the first value of a key as a number.

        Raises
        ------
        ValueError
            Where it is no number, or absent without a default; in words that name the key.
        """
        text = self.text(key)
        if not text and default is not None:
            return default
        found = number_of(text)
        if found is None:
            problem = f"its label says {key} = {text}" if text else f"its label has no {key}"
            raise ValueError(f"{problem}; a number is wanted, fetch the label again")
        return found


def number_of(text: str) -> float | None:
    """Return a number of a label, or None.

    ``16#FF7FFFFB#`` with eight digits is the bit pattern of a 4-byte real, as ISIS writes its
    special values; other based numbers are integers.
    """
    based = re.fullmatch(r"(\d+)#([0-9A-Fa-f]+)#", text)
    try:
        if based is None:
            return float(text)
        base, digits = int(based.group(1)), based.group(2)
        if base == 16 and len(digits) == 8:
            return float(struct.unpack(">f", bytes.fromhex(digits))[0])
        return float(int(digits, base))
    except ValueError:
        return None


def parse_label(text: str) -> Block:
    """Return the objects of a label, up to its END.

    Raises
    ------
    ValueError
        Where it is not well formed.
    """
    root = Block("")
    stack = [root]
    tokens = deque(_tokens(text))
    while tokens:
        kind, word = tokens.popleft()
        key = word.upper()
        if kind != "word":
            raise ValueError(f"its label is damaged near {word[:40]!r}; fetch it again")
        if key == "END":
            break
        items = _value(tokens)
        if key in ("OBJECT", "GROUP"):
            block = Block(items[0].text.upper() if items else "")
            stack[-1].blocks.append(block)
            stack.append(block)
        elif key in ("END_OBJECT", "END_GROUP"):
            stack = stack[:-1] or [root]
        else:
            stack[-1].fields[key] = items
    return root


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    for match in _TOKEN.finditer(text):
        if match.lastgroup is not None:
            yield match.lastgroup, match.group(match.lastgroup)


def _value(tokens: deque[tuple[str, str]]) -> tuple[Item, ...]:
    """Take what follows a key: nothing, one value, or a list, each with its unit."""
    if not tokens or tokens[0] != ("mark", "="):
        return ()
    tokens.popleft()
    items: list[Item] = []
    depth = 0
    while tokens:
        kind, word = tokens[0]
        if kind == "unit" and items:
            items[-1] = Item(items[-1].text, word.strip().lower())
        elif kind == "mark":
            if word == "=":  # the next key has been taken for a value: a list was not closed
                raise ValueError("its label is damaged: a list has no end; fetch it again")
            depth += (word in "({") - (word in ")}")
        elif items and depth == 0:
            break
        else:
            items.append(Item(word))
        tokens.popleft()
    return tuple(items)
