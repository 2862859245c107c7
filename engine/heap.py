"""What a process that has started keeps for good is not looked through again and again.

Python's collector walks every container it knows. Libraries, parsed diagrams and compiled
expressions are two hundred thousand of them: a full walk stops the process for a tenth of a
second, and was a tenth of the cost of a small command.
"""

from __future__ import annotations

import gc


def settle() -> None:
    """Leave everything that exists now out of every later collection. Once, after starting."""
    gc.collect()
    gc.freeze()
