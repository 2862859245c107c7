"""What a scenario did, what it left behind, and whether that proves anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Report:
    """One line of the table. A run in which no fault hit proves nothing: it is not valid."""

    scenario: str
    database: str
    seed: int
    #: What was done to the office, by kind.
    faults: Mapping[str, int]
    #: Units of work whose fate was looked up in the end: timers, completions, requests, jobs.
    jobs: int
    lost: int = 0
    doubled: int = 0
    #: Things left half done: open tasks and jobs, instances not at their end or at a wrong one.
    torn: int = 0
    #: Seconds each timer came too late.
    lateness: Sequence[float] = ()
    seconds: float = 0.0
    #: What else contradicts the promise, in words.
    problems: Sequence[str] = field(default_factory=list)

    @property
    def hits(self) -> int:
        return sum(self.faults.values())

    @property
    def is_clean(self) -> bool:
        return not (self.lost or self.doubled or self.torn or self.problems)

    @property
    def verdict(self) -> str:
        if not self.hits:
            return "invalid"
        return "ok" if self.is_clean else "FAILED"

    def late(self, part: float) -> float:
        """Return a quantile of the lateness, 0 for an empty sample."""
        ordered = sorted(self.lateness)
        return ordered[min(int(len(ordered) * part), len(ordered) - 1)] if ordered else 0.0

    def as_dict(self) -> dict[str, Any]:
        """Return the line as figures."""
        return {
            "scenario": self.scenario,
            "database": self.database,
            "verdict": self.verdict,
            "faults": dict(self.faults),
            "jobs": self.jobs,
            "lost": self.lost,
            "doubled": self.doubled,
            "torn": self.torn,
            "lateness_p50": round(self.late(0.5), 3),
            "lateness_p99": round(self.late(0.99), 3),
            "seconds": round(self.seconds, 1),
            "seed": self.seed,
            "problems": list(self.problems),
        }

    def __str__(self) -> str:
        faults = " ".join(f"{kind}={count}" for kind, count in sorted(self.faults.items()))
        return (
            f"{self.scenario:<9} {self.database:<8} {self.verdict:<7} {self.jobs:>6} "
            f"{self.lost:>5} {self.doubled:>7} {self.torn:>5} {self.late(0.5):>7.2f} "
            f"{self.late(0.99):>7.2f} {self.seconds:>6.0f} {self.seed:>7}  {faults or '-'}"
            + "".join(f"\n          {problem}" for problem in self.problems)
        )


HEAD = (
    f"{'scenario':<9} {'database':<8} {'verdict':<7} {'jobs':>6} {'lost':>5} {'doubled':>7} "
    f"{'torn':>5} {'p50 s':>7} {'p99 s':>7} {'took s':>6} {'seed':>7}  faults"
)
