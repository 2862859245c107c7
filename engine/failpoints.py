"""Named places where a test may kill this process.

Off unless `HUIYIN_FAILPOINTS` says otherwise, for example
`before_commit:0.01,after_claim:0.005` (name and probability). Read once per process.
"""

from __future__ import annotations

import os
import random
import signal
from functools import lru_cache


@lru_cache(maxsize=1)
def _armed() -> dict[str, float]:
    pairs = (part.partition(":") for part in os.environ.get("HUIYIN_FAILPOINTS", "").split(","))
    return {name: float(chance or 1) for name, _, chance in pairs if name}


def hit(name: str) -> None:
    """Die here, as from `kill -9`, when a test armed this place."""
    chance = _armed().get(name)
    if chance is not None and random.random() < chance:  # noqa: S311 - a test's dice
        os.kill(os.getpid(), signal.SIGKILL)
