"""`huiyin decide`: one decision from the command line, its value as JSON."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from engine import decisions
from engine.cli import main
from engine.errors import DeploymentRefused
from tests.engine.dmn import decision as camundas
from tests.engine.dmn import definitions, table
from tests.engine.dmn_standard import (
    IMPORT,
    LIBRARY,
    context,
    decision,
    input_data,
    item,
    knowledge,
    literal,
    model,
    service,
)

RISK = model(
    item("tPerson", name="string", born="date"),
    input_data("Applicant", "tPerson"),
    input_data("Amount", "number"),
    decision("Year", literal("Applicant.born.year"), type_ref="number"),
    decision("Risk Level", table(["Year", "Amount"], ["r:string"], [
        ["< 2000", "-", '"low"'], [">= 2000", "<= 100", '"low"'], [">= 2000", "> 100", '"high"']]),
        needs=("Year",), inputs=("Applicant", "Amount")),
    decision("Same", literal("Amount")),
    decision("Broken", literal("1 +")),
    decision("Wrong", literal("1"), type_ref="string"),
    knowledge("double", "n:number", literal("n * 2")),
    service("svc", ("Same",), inputs=("Amount",)),
)  # fmt: skip


@pytest.fixture
def decide(tmp_path):
    """Return a function that runs the command over some files."""

    def run(*args: str, files: dict[str, bytes], given: object = None):
        paths = []
        for name, content in files.items():
            (tmp_path / name).write_bytes(content)
            paths.append(str(tmp_path / name))
        if given is not None:
            args = (*args, "--input", given if isinstance(given, str) else json.dumps(given))
        return CliRunner().invoke(main, ["decide", *paths, *args])

    return run


def risk(decide, wanted: str, given: object = None, *more: str):
    return decide("--decision", wanted, *more, files={"risk.dmn": RISK}, given=given)


@pytest.mark.parametrize("wanted", ["Risk Level", "Risk_Level"])
def test_a_table_is_answered_by_id_or_name(decide, wanted):
    given = {"Applicant": {"name": "甲", "born": "2001-05-05"}, "Amount": 150}
    told = risk(decide, wanted, given)
    assert (told.exit_code, told.stdout) == (0, '"high"\n')


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("1.10", "1.1"),
        ("1 / 3", "0.3333333333333333333333333333333333"),
        ("12345678901234567890.123456789", "12345678901234567890.123456789"),
        ("10 ** 33", "1" + "0" * 33),
        ("-0.5", "-0.5"),
        ('"甲\\"\\n"', '"甲\\"\\n"'),
        ("true", "true"),
        ("null", "null"),
        ('date("2026-03-01")', '"2026-03-01"'),
        ('@"10:00:00Z"', '"10:00:00Z"'),
        ('@"2026-03-01T10:00:00@Europe/Paris"', '"2026-03-01T10:00:00@Europe/Paris"'),
        ('@"2026-03-01T10:00:00"', '"2026-03-01T10:00:00"'),
        ('@"P1DT2H"', '"P1DT2H"'),
        ('@"P1Y2M"', '"P1Y2M"'),
        ("[1..5)", '"[1..5)"'),
        ("{n: 1, f: function(a, b) a + b}", '{"n": 1, "f": "function(a, b)"}'),
        ('{a: [1, "x", null], "b c": {d: 1.0}}', '{"a": [1, "x", null], "b c": {"d": 1}}'),
        ("[]", "[]"),
    ],
)
def test_values_are_printed_as_json(decide, text, printed):
    told = decide(files={"a.dmn": model(decision("d", literal(text)))})
    assert (told.exit_code, told.stdout) == (0, printed + "\n")
    json.loads(told.stdout)


def test_more_may_be_computed_than_in_a_process(decide):
    sums = "sum(for i in 1..300 return count(for j in 1..300 return i + j))"
    told = decide(files={"a.dmn": model(decision("d", literal(sums)))})
    assert (told.exit_code, told.stdout) == (0, "90000\n")
    endless = "count(for i in 1..9999 return count(for j in 1..9999 return i + j))"
    told = decide(files={"a.dmn": model(decision("d", literal(endless)))})
    assert (told.exit_code, told.stdout) == (1, "null\n")
    total = knowledge("total", "n", context(
        result=literal("if n = 0 then 0 else more + total(n - 1)"), more=literal("n")))  # fmt: skip
    for text, printed in (("total(400)", "80200"), ("total(999)", "null")):
        told = decide(files={"a.dmn": model(total, decision("d", literal(text), knows=("total",)))})
        assert told.stdout == printed + "\n"


def test_an_input_is_told_under_its_own_name_or_that_of_its_element(decide):
    """7.3.4: the variable's name "is the name of the InputData"; some tools let them differ."""
    data = (
        '<inputData id="i" name="Monthly&#10;Salary"><variable name="salary" typeRef="number"/>'
        '</inputData><inputData id="j" name="Years  of service"/>'
    )
    parts = (
        data,
        decision("d", literal("salary + Years of service"), inputs=("i", "j")),
        service("s", ("d",), inputs=("i", "j")),
    )
    for told in (
        '{"salary": 1, "Years of service": 2}',
        '{"Monthly Salary": 1, "Years  of service": 2}',
        '{"Monthly\\nSalary": 1, "salary": 1, "Years of service": 2}',
    ):
        for wanted in ("d", "s"):
            found = decide("--decision", wanted, "--input", told, files={"a.dmn": model(*parts)})
            assert (found.exit_code, found.stdout) == (0, "3\n")


def test_numbers_keep_their_digits_on_the_way_in(decide):
    told = risk(decide, "Same", '{"Amount": 0.1234567890123456789012345678901234}')
    assert told.stdout == "0.1234567890123456789012345678901234\n"


def test_a_table_gives_a_value_an_object_or_a_list(decide):
    one = table(["n"], ["r"], [["-", "n"]])
    two = table(["n"], ["a", "b"], [["-", "n", '"x"']])
    many = table(["n"], ["r"], [["-", "n"], ["-", "2"]], hit="C")
    for logic, printed in ((one, "1"), (two, '{"a": 1, "b": "x"}'), (many, "[1, 2]")):
        told = decide(files={"a.dmn": model(decision("d", logic))}, given={"n": 1})
        assert told.stdout == printed + "\n"


def test_services_and_knowledge_models_are_answered_too(decide):
    assert risk(decide, "double", {"n": 2.5}).stdout == "5\n"
    assert risk(decide, "svc", {"Amount": 7}).stdout == "7\n"


def test_a_null_comes_with_its_reason(decide):
    told = risk(decide, "Wrong", {})
    assert (told.exit_code, told.stdout) == (0, "null\n")
    assert "string" in told.stderr
    assert risk(decide, "Same", {"Amount": "x"}).stdout == "null\n"


def test_an_explanation_goes_beside_the_value(decide):
    given = {"Applicant": {"name": "甲", "born": "1990-05-05"}, "Amount": 150}
    told = risk(decide, "Risk Level", given, "--explain")
    assert told.stdout == '"low"\n'
    explained = json.loads(told.stderr)
    assert [rule["number"] for rule in explained["rules"]] == [1]
    assert explained["requires"][0]["value"] == 1990


@pytest.mark.parametrize(
    ("wanted", "given", "words"),
    [
        ("Gone", "{}", "没有决策"),
        ("Same", "{", "JSON"),
        ("Same", "[1]", "JSON 对象"),
        ("Same", '{"Amount": NaN}', "NaN"),
        ("Same", "@/no/such/file", "读不出来"),
        ("Broken", "{}", "Broken"),
    ],
)
def test_what_cannot_be_answered_is_a_sentence_and_status_1(decide, wanted, given, words):
    told = risk(decide, wanted, given)
    assert told.exit_code == 1
    assert words in told.stderr


@pytest.mark.parametrize(
    ("outputs", "kept", "words"),
    [  # 8.2.11: what several outputs come to, the standard does not say
        *[(["a", "b"], {"hit": "C", "aggregation": how}, f"COLLECT {how}")
          for how in ("SUM", "MIN", "MAX", "COUNT")],
        (["a"], {"hit": "FIRST", "aggregation": "SUM"}, "FIRST"),
        (["a"], {"hit": "COLLECT", "aggregation": "MEAN"}, "MEAN"),
        (["a"], {"hit": "LAST"}, "LAST"),
        (["a"], {"hit": "PRIORITY"}, "输出值"),
        (["a", "a"], {}, "重复"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("files", [
    lambda logic: model(decision("d", logic)),
    lambda logic: model(decision("u", logic), decision("d", literal("u"), needs=("u",))),
    lambda logic: model(knowledge("f", "n", logic), decision("d", literal("f(n)"), knows=("f",))),
    lambda logic: definitions(camundas("d", logic)),
])  # fmt: skip
def test_a_table_without_a_meaning_is_not_answered(decide, outputs, kept, words, files):
    rows = [["-", *("1" for _ in outputs)], ["> 5", *("2" for _ in outputs)]]
    content = files(table(["n"], outputs, rows, **kept))
    told = decide("--decision", "d", files={"a.dmn": content}, given={"n": 9})
    assert (told.exit_code, told.stdout) == (1, "null\n")
    assert words in told.stderr
    with pytest.raises(DeploymentRefused) as refused:
        decisions.parse(content)
    assert {problem.element for problem in refused.value.problems} <= {"t", "t_o2"}


def test_a_file_that_is_no_dmn_is_refused(decide):
    told = decide(files={"a.dmn": b"<a/>"})
    assert told.exit_code == 1
    assert "DMN" in told.stderr


def test_without_a_name_the_only_decision_is_answered(decide):
    assert decide(files={"a.dmn": model(decision("d", literal("1")))}).stdout == "1\n"
    several = decide(files={"risk.dmn": RISK})
    assert several.exit_code == 1
    assert "--decision" in several.stderr


def test_the_input_may_be_a_file(decide, tmp_path):
    (tmp_path / "in.json").write_text('{"Amount": 3}', "utf-8")
    assert risk(decide, "Same", f"@{tmp_path}/in.json").stdout == "3\n"


def test_imported_files_are_given_together(decide):
    xml = model(IMPORT, decision("d", literal("lib.Rate"), needs=("http://test/lib#Rate",)))
    told = decide("--decision", "d", files={"main.dmn": xml, "lib.dmn": LIBRARY}, given={"base": 4})
    assert told.stdout == "8\n"
    library = decide(
        "--decision", "Rate", files={"main.dmn": xml, "lib.dmn": LIBRARY}, given={"base": 1}
    )
    assert library.stdout == "2\n"


def test_imported_files_are_found_beside(decide, tmp_path):
    (tmp_path / "other.dmn").write_bytes(b"<broken")
    (tmp_path / "lib.dmn").write_bytes(LIBRARY)
    xml = model(IMPORT, decision("d", literal("lib.Rate"), needs=("http://test/lib#Rate",)))
    told = decide("--decision", "d", files={"main.dmn": xml}, given={"base": 4})
    assert (told.exit_code, told.stdout) == (0, "8\n")
    (tmp_path / "lib.dmn").unlink()
    told = decide("--decision", "d", files={"main.dmn": xml}, given={"base": 4})
    assert (told.exit_code, told.stdout) == (1, "null\n")
    assert "http://test/lib" in told.stderr


def test_a_file_of_camunda_modeler_is_answered_with_camundas_conversions(decide):
    logic = table(["n:integer"], ["r:string"], [["> 3", '"big"'], ["-", "${n}"]], hit="FIRST")
    files = {"c.dmn": definitions(camundas("d", logic))}
    assert decide(files=files, given={"n": "5"}).stdout == '"big"\n'
    assert decide(files=files, given={"n": 2}).stdout == '"2"\n'
