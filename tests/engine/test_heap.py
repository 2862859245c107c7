"""What is there when a server starts is left out of the garbage collector's walks."""

from __future__ import annotations

import subprocess
import sys

import pytest

#: Each is how a role begins; a process of its own, because what is frozen stays so.
BEGINNINGS = {
    "by itself": "from engine import heap; heap.settle()",
    "gunicorn": "from web import gunicorn; gunicorn.post_worker_init(None)",
}


@pytest.mark.parametrize("code", BEGINNINGS.values(), ids=BEGINNINGS)
def test_what_a_process_starts_with_is_set_aside(code):
    told = subprocess.run(
        [sys.executable, "-c", f"import gc; {code}; print(gc.get_freeze_count(), gc.isenabled())"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    frozen, enabled = told.stdout.split()
    assert int(frozen) > 5_000
    assert enabled == "True"
