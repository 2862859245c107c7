"""Rows and files of a form: counted, bounded, added and removed."""

from types import SimpleNamespace

import pytest

from tests.engine.posted import (
    GOOD,
    PEOPLE,
    bound,
    field,
    need,
    said,
)


def test_broken_names_of_rows_do_no_harm():
    form = bound(
        posted={**GOOD, "people.x.name": "a", "people.99999999.name": "b", "people..name": "c"}
    )
    assert form.values()["people"] == [{"name": "王某", "owed": None}]


def test_rows_see_their_own_values_and_what_is_around_them():
    schema = {"components": [
        field("checkbox", "strict"),
        {"type": "dynamiclist", "path": "rows", "label": "行", "id": "r", "components": [
            field("number", "n"),
            field("textfield", "why", conditional={"hide": "=n <= 10 or not(parent.strict)"},
                  **need())]},
    ]}  # fmt: skip
    form = bound(schema, {"strict": "true", "rows.0.n": "5", "rows.1.n": "50"})
    assert not form.validate()
    assert list(form.errors()) == ["rows.1.why"]
    assert bound(schema, {"rows.0.n": "5", "rows.1.n": "50"}).validate()


def test_rows_left_empty_are_left_out_and_need_nothing():
    form = bound(posted={**GOOD, "people.0.name": "", "people.3.name": "赵某", "people.7.name": ""})
    assert form.validate(), form.error_list()
    assert form.values()["people"] == [{"name": "赵某", "owed": None}]
    assert [row.label for row in form.field("people").children] == ["第 1 行", "第 2 行", "第 3 行"]


def test_rows_are_bounded():
    form = bound(posted={**GOOD, **{f"people.{n}.name": "某" for n in range(80)}})
    assert len(form.values()["people"]) == 50


def test_rows_are_added_and_removed_without_a_script():
    form = bound(posted={**GOOD, "people.1.name": "赵某", "people.1.remove": "", "people.add": ""})
    assert form.reshaped
    assert [row.children[0].value for row in form.field("people").children] == ["王某", ""]
    assert not bound(posted=GOOD).reshaped


def test_a_list_of_fixed_length_takes_no_more_rows():
    fixed = {
        "type": "dynamiclist",
        "path": "p",
        "label": "l",
        "allowAddRemove": False,
        "defaultRepetitions": 2,
        "components": [field("textfield", "n")],
    }
    form = bound({"components": [fixed]}, {"p.0.n": "a", "p.5.n": "b"})
    assert form.values() == {"p": [{"n": "a"}, {"n": ""}]}


def test_a_list_that_may_be_empty_starts_without_rows():
    empty = {**PEOPLE, "defaultRepetitions": 0}
    form = bound({"components": [empty]}, {})
    assert form.validate()
    assert form.values() == {"people": []}
    more = bound({"components": [empty]}, {"people.add": ""})
    assert len(more.field("people").children) == 1


def test_stored_rows_are_shown():
    form = bound(data={"people": [{"name": "王某", "owed": 5}, {"name": "赵某"}]})
    assert [row.children[0].value for row in form.field("people").children] == ["王某", "赵某"]


def chosen(*names: str, size: int = 1_000):
    return {"files": [SimpleNamespace(name=name, size=size) for name in names]}


@pytest.mark.parametrize(
    ("more", "files", "message"),
    [
        (need(), {}, "请上传files"),
        (need(), chosen("a.pdf"), None),
        ({}, chosen("a.pdf", "b.pdf"), "最多上传 1 个文件，现在 2 个"),
        ({"multiple": True}, chosen("a.pdf", "b.pdf"), None),
        ({"accept": ".pdf, .jpg"}, chosen("a.exe"), "“a.exe”的类型不在允许之列（.pdf、.jpg）"),
        ({"accept": ".pdf, .jpg"}, chosen("A.PDF"), None),
        ({}, chosen("a.pdf", size=11 << 20), "“a.pdf”超过 10 MB"),
    ],
)
def test_files_are_counted_and_compared_with_the_field(more, files, message):
    form = bound({"components": [field("filepicker", "files", **more)]}, {}, files=files)
    form.validate()
    assert said(form) == ([message] if message else [])
    assert form.values() == {}
