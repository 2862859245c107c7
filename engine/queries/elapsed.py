"""How long something took, as a number both databases can sort by."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Float
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class elapsed(FunctionElement[float]):  # noqa: N801 - a function of SQL
    """`elapsed(from, to)`: the time between two moments; NULL while one is missing."""

    type = Float()
    inherit_cache = True
    name = "elapsed"


@compiles(elapsed)
def _epoch(element: elapsed, compiler: Any, **more: Any) -> str:
    begun, ended = (compiler.process(part, **more) for part in element.clauses)
    return f"EXTRACT(EPOCH FROM ({ended} - {begun}))"


@compiles(elapsed, "sqlite")
def _julian(element: elapsed, compiler: Any, **more: Any) -> str:
    begun, ended = (compiler.process(part, **more) for part in element.clauses)
    return f"(julianday({ended}) - julianday({begun}))"
