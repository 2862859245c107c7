"""Executable examples: one per construct and attribute. `engine/README.md`'s table is made of them.

`python -m tests.engine.support` writes the table; `test_support.py` runs every example and
fails when the table says something else. To add a row: one `@works` or one `refused(…)` in
the module of its section.
"""
