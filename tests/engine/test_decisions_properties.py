"""Random tables against a plain reading of the standard, and the checks against enumeration."""

from __future__ import annotations

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from engine import decisions
from engine.errors import ExpressionError
from tests.engine.dmn import decision, definitions, table

LETTERS = ["a", "b", "c"]


def letters_cell() -> st.SearchStrategy[tuple[str, set[str]]]:
    """A cell over texts, with what it accepts."""
    some = st.lists(st.sampled_from(LETTERS), min_size=1, max_size=3, unique=True)
    written = some.map(lambda s: (", ".join(f'"{x}"' for x in s), set(s)))
    negated = written.map(lambda c: (f"not({c[0]})", set(LETTERS) - c[1]))
    return st.just(("-", set(LETTERS))) | written | negated


def numbers_cell() -> st.SearchStrategy[tuple[str, set[int]]]:
    """A cell over the integers 0 to 9, with what it accepts."""
    digit = st.integers(0, 9)
    everything = set(range(10))

    def interval(ends: tuple[int, int, bool, bool]) -> tuple[str, set[int]]:
        low, high, opened, closed = ends
        text = f"{'(' if opened else '['}{low}..{high}{']' if closed else ')'}"
        first, last = low + opened, high - (not closed)
        return text, set(range(first, last + 1))

    ranges = st.tuples(digit, digit, st.booleans(), st.booleans()).map(interval)
    bounds = digit.flatmap(
        lambda n: st.sampled_from(
            [
                (f"< {n}", set(range(n))),
                (f">= {n}", everything - set(range(n))),
                (str(n), {n}),
                (f"not({n})", everything - {n}),
            ]
        )
    )
    return st.just(("-", everything)) | ranges | bounds


RULES = st.lists(st.tuples(letters_cell(), numbers_cell(), st.integers(0, 3)), max_size=6)
INPUTS = list(product(LETTERS, range(10)))


def read(rules, hit="UNIQUE", aggregation=""):
    rows = [[one[0], other[0], str(answer)] for one, other, answer in rules]
    columns = ['k:string="a","b","c"', "n:integer"]
    xml = definitions(decision("d", table(columns, ["r"], rows, hit=hit, aggregation=aggregation)))
    return decisions.parse(xml)


def matching(rules, letter, number):
    return [answer for one, other, answer in rules if letter in one[1] and number in other[1]]


@settings(max_examples=60, deadline=None)
@given(RULES)
def test_collected_rows_are_those_of_the_rules_that_accept_all_inputs(rules):
    decided = read(rules, "COLLECT").decisions["d"]
    for letter, number in INPUTS:
        expected = matching(rules, letter, number)
        assert decided.evaluate({"k": letter, "n": number}).collect_entries == expected


@settings(max_examples=60, deadline=None)
@given(RULES, st.sampled_from(INPUTS))
def test_hit_policies_agree_with_their_definitions(rules, inputs):
    scope = dict(zip(("k", "n"), inputs, strict=True))
    hits = matching(rules, *inputs)

    def answer(hit, aggregation=""):
        return read(rules, hit, aggregation).decisions["d"].evaluate(scope)

    assert answer("FIRST").single_entry == (hits[0] if hits else None)
    assert answer("RULE ORDER").value == hits
    assert answer("COLLECT", "SUM").single_entry == (sum(hits) if hits else None)
    assert answer("COLLECT", "COUNT").single_entry == len(hits)
    assert answer("COLLECT", "MAX").single_entry == max(hits, default=None)
    for policy, fine in (("UNIQUE", len(hits) < 2), ("ANY", len(set(hits)) < 2)):
        try:
            assert answer(policy).single_entry == (hits[0] if hits else None)
        except ExpressionError:
            assert not fine
        else:
            assert fine


@settings(max_examples=100, deadline=None)
@given(RULES)
def test_overlaps_and_gaps_are_exactly_those_of_enumeration(rules):
    counts = [len(matching(rules, *inputs)) for inputs in INPUTS]
    found = {problem.code for problem in decisions.check(read(rules))}
    # Numbers beyond 0 to 9 exist as well: they can add a gap or an overlap, never hide one.
    if any(count > 1 for count in counts):
        assert "dmn-overlap" in found
    if any(count == 0 for count in counts) and any(o[0] != "-" for _, o, _ in rules):
        assert "dmn-gap" in found
    if "dmn-overlap" in found and all(_inside(other) for _, other, _ in rules):
        assert any(count > 1 for count in counts)


def _inside(cell) -> bool:
    """Tell whether a cell accepts nothing outside 0 to 9."""
    text, _ = cell
    return text[0].isdigit() or text[0] in "[("


@settings(max_examples=60, deadline=None)
@given(RULES, st.sampled_from(INPUTS))
def test_an_explanation_names_exactly_the_rules_that_match(rules, inputs):
    scope = dict(zip(("k", "n"), inputs, strict=True))
    told = read(rules, "COLLECT").decisions["d"].evaluate(scope, explain=True).explanation
    numbers = [
        place
        for place, (one, other, _) in enumerate(rules, start=1)
        if inputs[0] in one[1] and inputs[1] in other[1]
    ]
    assert [rule["number"] for rule in told["rules"]] == numbers
    assert [column["value"] for column in told["inputs"]] == list(inputs)
