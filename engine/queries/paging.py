"""A page of a list: what is shown, out of how many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")

#: Rows of one page unless asked otherwise, and the most anybody may ask for.
SIZE = 20
MAX_SIZE = 1_000


@dataclass(frozen=True)
class Page(Generic[T]):
    """Items of one page; `number` counts from 1."""

    items: Sequence[T]
    total: int
    number: int = 1
    size: int = SIZE

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // self.size))


def window(number: int, size: int) -> tuple[int, int]:
    """Return (offset, limit) of a page, whatever nonsense was asked for."""
    limit = min(max(size, 1), MAX_SIZE)
    return (max(number, 1) - 1) * limit, limit


def like(text: str) -> str:
    """Return a LIKE pattern for text inside a column; wildcards mean themselves."""
    escaped = text.strip()[:100].replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
