"""Parsed definitions, kept for reuse: bounded, exclusive while in use, safe between threads.

Specs are parsed from normalised XML on demand. One that is checked out belongs to its
borrower alone; two threads that run the same definition use two copies.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from lxml import etree

from engine.bpmn.admit import PARSER
from engine.bpmn.dialect import Spec, build

__all__ = ["Spec", "checkout", "clear", "parse"]

#: Idle copies kept per process, over all definitions.
CAPACITY = 64

_idle: OrderedDict[tuple[bytes, str], list[Spec]] = OrderedDict()
_lock = Lock()


@contextmanager
def checkout(xml: bytes, process_id: str) -> Iterator[Spec]:
    """Lend the spec of a definition; `xml` is the normalised form stored with it.

    The content is the key: ids of definitions mean different things in two databases. A
    copy that was in use when something failed is thrown away, whatever state it is in.

    Raises:
        NotFound: the file has no process of that id.
    """
    key = (xml, process_id)
    spec = _borrow(key) or parse(xml, process_id)
    yield spec
    _give_back(key, spec)


def parse(xml: bytes, process_id: str) -> Spec:
    """Build a fresh spec from normalised XML."""
    return build(etree.fromstring(xml, PARSER), process_id)


def clear() -> None:
    """Forget every idle copy."""
    with _lock:
        _idle.clear()


def _borrow(key: tuple[bytes, str]) -> Spec | None:
    with _lock:
        copies = _idle.get(key)
        if not copies:
            return None
        _idle.move_to_end(key)
        return copies.pop()


def _give_back(key: tuple[bytes, str], spec: Spec) -> None:
    with _lock:
        _idle.setdefault(key, []).append(spec)
        _idle.move_to_end(key)
        surplus = sum(map(len, _idle.values())) - CAPACITY
        while surplus > 0:
            oldest = next(iter(_idle))
            copies = _idle[oldest]
            if copies:
                copies.pop()
                surplus -= 1
            if not copies:
                del _idle[oldest]
