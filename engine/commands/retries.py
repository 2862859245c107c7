"""How often and how soon a job is tried again.

Default: three tries, 10 s, 1 min and 10 min apart (`engine.md` §6); a diagram may say
otherwise with `camunda:failedJobRetryTimeCycle`: `R5/PT10M` is five tries, `PT1M,PT10M`
one more than the pauses it lists, an expression gives one of these.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.bpmn import retry_cycle
from engine.errors import EngineError

ATTEMPTS = 3
BACKOFF = (10, 60, 600)


def text_of(attributes: Mapping[str, Any]) -> str:
    """Return what an element says, as an attribute or as an extension element."""
    text = str(attributes.get("failedJobRetryTimeCycle") or "")
    for item in attributes.get("@failedJobRetryTimeCycle") or ():
        text = str(item.get("text") or text)
    return text.strip()


def plan(
    attributes: Mapping[str, Any], evaluate: Callable[[str], Any] | None = None
) -> tuple[int, list[int]]:
    """Return (number of tries, seconds before each further try) for an element.

    What cannot be read means the default: a typing error must not cost the job its tries.
    """
    text = text_of(attributes)
    try:
        if text and evaluate is not None:
            text = str(evaluate(text) or "").strip()
        return retry_cycle.parse(text) if text else (ATTEMPTS, list(BACKOFF))
    except EngineError:
        return ATTEMPTS, list(BACKOFF)
