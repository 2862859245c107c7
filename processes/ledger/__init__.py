"""Registers (台账), numbers without gaps, Excel out and in: shared by every area."""

from processes.ledger.numbers import case_number, letter_number, next_number
from processes.ledger.registers import Column, Register, amend, declare, enter

__all__ = [
    "Column",
    "Register",
    "amend",
    "case_number",
    "declare",
    "enter",
    "letter_number",
    "next_number",
]
