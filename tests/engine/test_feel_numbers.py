"""FEEL's numbers: decimals of 34 digits, as IEEE 754 has them (DMN 1.3, 10.3.2.3.1).

"FEEL numbers are based on the IEEE 754-2008 Decimal128 format, with 34 decimal digits of
precision and rounding toward the nearest neighbor with ties favoring the even neighbor."
"""

from __future__ import annotations

import random
from decimal import ROUND_HALF_EVEN, Context, Decimal
from decimal import Overflow as TooLarge

import pytest

from engine import decisions, expressions
from engine.decisions import exchange
from engine.errors import ExpressionError
from tests.engine.dmn_standard import decision, literal, model
from tests.engine.feel import check, lines

#: 34 digits, and what Python would make of them if it were left alone: 28.
LONG = "1.234567890123456789012345678901234"

PRINTED = lines(f"""
{LONG} ⇒ {LONG}
-{LONG} ⇒ -{LONG}
-({LONG}) ⇒ -{LONG}
0 - {LONG} ⇒ -{LONG}
abs(-{LONG}) ⇒ {LONG}
abs({LONG}) ⇒ {LONG}
decimal({LONG}, 33) ⇒ {LONG}
decimal({LONG}, 40) ⇒ {LONG}
max([-{LONG}, {LONG}]) ⇒ {LONG}
median([{LONG}]) ⇒ {LONG}
sum([{LONG}, 0]) ⇒ {LONG}
{{x: {LONG}, y: -x}}.y ⇒ -{LONG}
{LONG}e100 ⇒ {LONG}E+100
{LONG}e-100 ⇒ {LONG}E-100
9999999999999999999999999999999999 ** 2 ⇒ 9.999999999999999999999999999999998E+67
9999999999999999999999999999999999 * 10 ⇒ 99999999999999999999999999999999990
12345678901234567890123456789012345 ⇒ 12345678901234567890123456789012340
12345678901234567890123456789012355 ⇒ 12345678901234567890123456789012360
floor(-123456789012345678901234567890123.5) ⇒ -123456789012345678901234567890124
modulo({LONG}, 1) ⇒ 0.234567890123456789012345678901234
9.999999999999999999999999999999999e6144 ⇒ 9.999999999999999999999999999999999E+6144
9.999999999999999999999999999999999e6144 * 10 ⇒ null
1e-6176 ⇒ 1E-6176
1e-6180 ⇒ 0
number("1e6144") ⇒ 1E+6144
number("1e6145") ⇒ null
string(-{LONG}) ⇒ "-{LONG}"
string([-{LONG}..1]) ⇒ "[-{LONG}..1]"
string({LONG}e100) ⇒ "{LONG}E+100"
""")


@pytest.mark.parametrize(("text", "printed"), PRINTED)
def test_numbers_keep_their_34_digits_until_they_are_printed(text, printed):
    found = decisions.parse(model(decision("d", literal(text))))
    assert exchange.to_json(found.evaluate("d", {}).value) == printed


def test_a_literal_beyond_the_format_is_refused():
    with pytest.raises(ExpressionError, match="数字太长"):
        expressions.check("= 1e6145")


#: Table 55 knows a negation of numbers and of durations; of anything else it is null.
NEGATION = lines("""
-true ⇒ null
-false ⇒ null
-"1" ⇒ null
-null ⇒ null
-[1, 2] ⇒ null
-{a: 1} ⇒ null
--1 ⇒ 1
- 1 ⇒ 0 - 1
-@"P1D" ⇒ duration("-P1D")
-@"P1Y" ⇒ duration("-P1Y")
""")


@pytest.mark.parametrize(("text", "expected"), NEGATION)
def test_only_numbers_and_durations_have_a_negation(text, expected):
    check(text, expected)


def test_arithmetic_is_that_of_the_format():
    rng = random.Random(1283)
    exact = Context(prec=34, rounding=ROUND_HALF_EVEN, Emin=-6143, Emax=6144, traps=[TooLarge])
    operations = {
        "+": exact.add, "-": exact.subtract, "*": exact.multiply, "/": exact.divide,
    }  # fmt: skip
    for _ in range(400):
        left, right = (
            f"{rng.choice(('', '-'))}{rng.randint(1, 10 ** rng.randint(1, 34) - 1)}"
            f"e{rng.randint(-40, 40)}"
            for _ in range(2)
        )
        sign = rng.choice("+-*/")
        wanted = operations[sign](Decimal(left), Decimal(right))
        assert expressions.feel(f"{left} {sign} {right}", {}) == wanted, f"{left} {sign} {right}"
