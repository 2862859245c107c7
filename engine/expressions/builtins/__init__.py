"""The built-in functions of FEEL (DMN 1.3, 10.3.4), also callable from JUEL by one-word names.

To add one: write a function that takes the run and the arguments, raise `Undefined` where
the standard says null, and register it with `@builtin`.
"""

from engine.expressions.builtins import (  # the import registers the functions
    contexts,
    conversions,
    dates,
    lists,
    logic,
    numbers,
    ranges,
    strings,
)
from engine.expressions.builtins.registry import REGISTRY, builtin_value

__all__ = [
    "REGISTRY",
    "builtin_value",
    "contexts",
    "conversions",
    "dates",
    "lists",
    "logic",
    "numbers",
    "ranges",
    "strings",
]
