"""What is accepted as a diagram: encodings, foreign words, oddities, and what is refused."""

from __future__ import annotations

import pytest
from lxml import etree

from engine.bpmn import importing, svg
from engine.bpmn.importing.source import MAX_BYTES, MAX_ELEMENTS
from engine.errors import DeploymentRefused
from tests.engine.bpmn_builder import (
    HEADER,
    ROOTS,
    boundary,
    diagram,
    end,
    message,
    start,
    user,
)
from tests.engine.diagram_facts import facts, tree
from tests.engine.imported import CHINESE, B, executable, file, obstacles, repaired


def test_a_pool_that_is_only_drawn_does_not_stop_the_one_that_runs():
    other = '<bpmn:process id="q" isExecutable="false"><bpmn:callActivity id="ca"/></bpmn:process>'
    xml = diagram(start(), user("a"), end(), "s-a-e", roots=other)
    assert ("q", "process-drawn-only") in repaired(xml)
    assert obstacles(xml) == []


def test_the_other_spellings_of_true_and_false_mean_the_same():
    event = boundary("b", "a", message()).replace('cancelActivity="true"', 'cancelActivity="0"')
    other = '<bpmn:process id="q" isExecutable="0"><bpmn:callActivity id="ca"/></bpmn:process>'
    xml = diagram(start(), user("a"), event, end(), "s-a-e", "b-e", roots=ROOTS + other)
    (found,) = executable(xml).iter(f"{B}boundaryEvent")
    assert found.get("cancelActivity") == "false"
    assert ("q", "process-drawn-only") in repaired(xml)
    assert "bd-dash" in svg.render(xml, title="图", uid="d")
    assert b'cancelActivity="0"' in importing.read(xml).write()


def test_flowable_words_are_executed_as_camundas_and_kept_as_they_are():
    found = importing.read(file("flowable.bpmn"))
    ns = "{http://camunda.org/schema/1.0/bpmn}"
    root = etree.fromstring(found.executable())
    (task,) = root.iter(f"{B}userTask")
    assert task.get(f"{ns}assignee") == "${who}"
    assert task.get(f"{ns}candidateGroups") == "boss"
    (service,) = root.iter(f"{B}serviceTask")
    assert (service.get(f"{ns}type"), service.get(f"{ns}topic")) == ("external", "tell")
    assert service.get(f"{ns}asyncBefore") == "true"
    fields = [(f.get("id"), f.get("label"), f.get("type")) for f in root.iter(f"{ns}formField")]
    assert fields == [("days", "天数", "long"), ("kind", "种类", "enum")]
    (listener,) = root.iter(f"{ns}taskListener")
    assert listener.get("event") == "create"
    assert b"flowable:assignee" in found.write()
    assert b"camunda" not in found.write()


def test_camundas_own_word_wins():
    xml = file("activiti.bpmn").replace(
        b'activiti:assignee="kermit"',
        b'activiti:assignee="kermit" xmlns:c="http://camunda.org/schema/1.0/bpmn" c:assignee="ann"',
    )
    (a, _) = executable(xml).iter(f"{B}userTask")
    assert a.get("{http://camunda.org/schema/1.0/bpmn}assignee") == "ann"


ACTIVITI = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
 xmlns:activiti="http://activiti.org/bpmn" targetNamespace="t"><process id="p" isExecutable="true">
<startEvent id="s"/><sequenceFlow id="f" sourceRef="s" targetRef="c"/>
<callActivity id="c" calledElement="q" activiti:inheritVariables="true" activiti:businessKey="${k}"
 activiti:inheritBusinessKey="false" activiti:fallbackToDefaultTenant="true">
<documentation>x</documentation>
<multiInstanceLoopCharacteristics activiti:collection="${all}" activiti:elementVariable="one"/>
</callActivity></process></definitions>"""


def test_what_a_call_of_activiti_hands_over_is_handed_over():
    (call,) = executable(ACTIVITI.encode()).iter(f"{B}callActivity")
    given = [dict(one.attrib) for one in call.iter("{http://camunda.org/schema/1.0/bpmn}in")]
    assert sorted(given, key=str) == [{"businessKey": "${k}"}, {"variables": "all"}]
    assert [child.tag.rpartition("}")[2] for child in call][:2] == [
        "documentation",
        "extensionElements",
    ]
    assert obstacles(ACTIVITI.encode()) == []


def test_words_of_a_vendor_that_mean_nothing_here_are_named_with_their_element():
    found = {(one.element, one.code): one for one in importing.read(ACTIVITI.encode()).findings}
    assert set(found) >= {("c", "vendor"), ("c", "vendor-unused")}
    assert "fallbackToDefaultTenant" in found["c", "vendor-unused"].message
    assert all(element for element, _ in found)


def test_assignments_of_data_are_named_as_not_executed_and_drawn_lines_are_not():
    assigned = (
        "<bpmn:dataInputAssociation><bpmn:targetRef>x</bpmn:targetRef><bpmn:assignment>"
        "<bpmn:from>1</bpmn:from><bpmn:to>x</bpmn:to></bpmn:assignment></bpmn:dataInputAssociation>"
    )
    drawn = (
        "<bpmn:dataOutputAssociation id='o'><bpmn:targetRef>d</bpmn:targetRef>"
        "</bpmn:dataOutputAssociation><bpmn:property id='q'/>"
    )
    data = "<bpmn:dataObject id='i'/><bpmn:dataObjectReference id='d' dataObjectRef='i'/>"
    a, b = (
        user(name, inner, camunda__assignee="x") for name, inner in (("a", assigned), ("b", drawn))
    )
    xml = diagram(data, start(), a, b, end(), "s-a-b-e")
    assert repaired(xml) >= {("a", "not-executed")}
    assert ("b", "not-executed") not in repaired(xml)
    assert obstacles(xml) == []


@pytest.mark.parametrize(
    ("part", "word"),
    [
        (user("a", startQuantity="2"), "startQuantity"),
        (user("a", completionQuantity="3"), "completionQuantity"),
        (
            user(
                "a",
                "<bpmn:potentialOwner><bpmn:resourceRef>r</bpmn:resourceRef></bpmn:potentialOwner>",
            ),
            "resourceRef",
        ),
        (
            user(
                "a",
                '<bpmn:multiInstanceLoopCharacteristics behavior="One" oneBehaviorEventRef="x">'
                "<bpmn:loopCardinality>2</bpmn:loopCardinality>"
                "</bpmn:multiInstanceLoopCharacteristics>",
            ),
            "behavior=One",
        ),
    ],
)
def test_what_is_said_and_not_executed_is_named(part, word):
    xml = diagram(start(), part, end(), "s-a-e")
    said = [one for one in importing.read(xml).findings if one.code == "not-executed"]
    assert [one.element for one in said] == ["a"]
    assert word in said[0].message
    plain = diagram(start(), user("a", startQuantity="1", completionQuantity="1"), end(), "s-a-e")
    assert repaired(plain) == set()


@pytest.mark.parametrize(
    ("name", "element", "word"),
    [("zeebe.bpmn", "t", "taskDefinition"), ("jbpm.bpmn2", "_T", "onEntry-script")],
)
def test_what_other_engines_execute_is_named(name, element, word):
    found = importing.read(file(name)).findings
    (said,) = (one for one in found if (one.element, one.code) == (element, "vendor-unused"))
    assert word in said.message


def test_what_a_flow_joins_that_is_no_node_is_named_itself():
    odd = "<bpmn:fancyTask id='x'/>"
    assert obstacles(diagram(start(), odd, end(), "s-x-e")) == [("x", "no-node")]


def test_a_call_of_something_in_the_file_that_does_not_run_is_named():
    call = "<bpmn:callActivity id='c' calledElement='%s'/>"
    q = "<bpmn:process id='q' isExecutable='false'><bpmn:task id='t'/></bpmn:process>"
    roots = "<bpmn:globalUserTask id='g'/>" + q
    for called, found in (
        ("g", [("c", "unknown-process")]),
        ("q", [("c", "unknown-process")]),
        ("away", []),
    ):
        assert obstacles(diagram(start(), call % called, end(), "s-c-e", roots=roots)) == found


def test_foreign_words_never_reach_execution():
    text = importing.read(file("jbpm.bpmn2")).executable()
    assert b"drools:" not in text
    assert b"System.out" not in text


TAIL = b"</bpmn:definitions>"
INCLUDE = b"<i:include xmlns:i='http://www.w3.org/2001/XInclude' href='/etc/passwd'/>"
ENTITY = b'<!DOCTYPE a [<!ENTITY x "y">]>'
PLAIN = diagram(start(), user("a", name="办理€"), end(), "s-a-e").decode()


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [
        ("UTF-8", "utf-8"), ("UTF-8", "utf-8-sig"), ("UTF-16", "utf-16"), ("utf-16le", "utf-16-le"),
        ("UTF-16", "utf-16-be"), ("UTF-32", "utf-32"), ("GB18030", "gb18030"), ("utf-16", "utf-8"),
        ("UTF-8", "gb18030"), ("no-such-thing", "utf-8"), ("unicode_escape", "utf-8"),
    ],
)  # fmt: skip
def test_any_usual_encoding_is_read(declared, encoding):
    content = PLAIN.replace("UTF-8", declared).encode(encoding)
    found = importing.read(content)
    assert facts(tree(found.write())) == facts(tree(PLAIN))
    assert found.write().startswith(b"<?xml version='1.0' encoding='UTF-8'?>")


def test_a_wrong_declaration_is_reported():
    assert ("文件", "encoding") in repaired(PLAIN.encode("gb18030"))
    assert repaired(PLAIN.encode()) == set()


def test_a_western_file_is_read_as_it_says():
    western = diagram(start(), user("a", name="Prüfung"), end(), "s-a-e", roots="").decode()
    xml = western.replace("UTF-8", "ISO-8859-1").encode("latin-1")
    assert "Prüfung" in importing.read(xml).write().decode()


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("甲&#xB;乙", "甲\n乙"), ("甲\x0b乙", "甲 乙"), ("甲&#11;乙", "甲\n乙"), ("甲\x1f", "甲"),
        ("甲&#xD800;&#999999999;乙", "甲乙"), ("甲&nbsp;乙&eacute;", "甲\xa0乙é"), ("R&D", "R&D"),
        ("a & b &lt; &#38; &LT;", "a & b < & <"),
    ],
)  # fmt: skip
def test_characters_that_xml_does_not_have_are_replaced(written, read):
    """Visio breaks lines with a vertical tab, XML 1.0 (2.2) has no such character."""
    aside = "<!-- &nbsp; --><bpmn:documentation><![CDATA[&nbsp;&]]></bpmn:documentation>"
    xml = PLAIN.replace("办理€", written).replace("<bpmn:startEvent", f"{aside}<bpmn:startEvent", 1)
    assert ("文件", "characters") in repaired(xml.encode())
    root = tree(importing.read(xml.encode()).write())
    assert [task.get("name") for task in root.iter(f"{B}userTask")] == [read]
    assert root.findtext(f".//{B}documentation") == "&nbsp;&"
    assert repaired(PLAIN.encode()) == set()


@pytest.mark.parametrize(
    ("name", "declared", "encoding"),
    [
        ("Prüfung für Straße", "UTF-8", "cp1252"), ("申請", "x-sjis", "shift_jis"),
        ("한국", "ks_c_5601-1987", "cp949"), ("Été", "x-mac-roman", "mac_roman"),
        ("Процесс", "koi8-r", "koi8-r"), ("ท่า", "TIS-620", "tis-620"),
    ],
)  # fmt: skip
def test_letters_of_other_languages_are_read(name, declared, encoding):
    plain = diagram(start(), user("a", name=name), end(), "s-a-e", roots="").decode()
    found = importing.read(plain.replace("UTF-8", declared).encode(encoding))
    assert facts(tree(found.write())) == facts(tree(plain))


def test_blanks_before_the_declaration_do_not_matter():
    assert importing.read(b"\n  " + PLAIN.encode()).findings == []


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "not-xml"),
        (b"hello", "not-xml"),
        (b"\xff\xfe<", "not-text"),
        (b"\0\0\0\0", "not-text"),
        (b"<a/>", "not-bpmn"),
        (b"<definitions/>", "not-bpmn"),
        (ENTITY + HEADER.encode()[38:] + TAIL, "doctype"),
        (b"<!-- x --><?y z?> <!DOCTYPE a><a/>", "doctype"),
        (HEADER.encode() + b"&x;</bpmn:definitions>", "not-xml"),
        (HEADER.encode() + b"<a>" * 70 + b"</a>" * 70 + TAIL, "too-deep"),
        (HEADER.encode() + b"<a>" * 9999 + b"</a>" * 9999 + TAIL, "not-xml"),
        (HEADER.encode() + b"<a/>" * (MAX_ELEMENTS + 1) + TAIL, "too-many-elements"),
        (HEADER.encode() + b"<a/>" * (3 * MAX_ELEMENTS) + TAIL, "too-many-elements"),
        (HEADER.encode() + b"<a b='' c=''/>" * 350_000 + TAIL, "too-many-elements"),
        (b" " * (MAX_BYTES + 1), "too-large"),
        (HEADER.encode() + INCLUDE + TAIL, "xinclude"),
        (PLAIN[: len(PLAIN) // 2].encode(), "not-xml"),
    ],
)  # fmt: skip
def test_what_is_no_harmless_bpmn_is_refused(content, code):
    with pytest.raises(DeploymentRefused) as caught:
        importing.read(content)
    assert [problem.code for problem in caught.value.problems] == [code]
    assert CHINESE.search(caught.value.problems[0].message)


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b'<Package xmlns="http://www.wfmc.org/2009/XPDL2.2"/>', "XPDL"),
        (b'<b:BpmnDiagram xmlns:b="http://stp.eclipse.org/bpmn"/>', "BPMN 1.x"),
        (b'<definitions xmlns="http://schema.omg.org/spec/BPMN/2.0"/>', "草案"),
        (b'<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"/>', "DMN"),
        (b'<definitions xmlns="http://www.omg.org/spec/CMMN/20151109/MODEL"/>', "CMMN"),
        (b'<VisioDocument xmlns="http://schemas.microsoft.com/visio/2003/core"/>', "Visio"),
        (b"PK\x03\x04\0\0", "压缩包"),
        (b"%PDF-1.7", "PDF"),
        (b"\x89PNG\r\n", "图片"),
        (b'{"bpmn": 1}', "JSON"),
        (b" \n", "空的"),
        (b"hello", "不是 XML"),
        (PLAIN[:-9].encode(), "第 "),
    ],
)
def test_a_refusal_says_what_a_file_is_instead(content, word):
    with pytest.raises(DeploymentRefused) as caught:
        importing.read(content)
    assert word in caught.value.problems[0].message


@pytest.mark.parametrize("oddity", ["odd:attribute='1'", "xmlns:odd='urn:未知' odd:a='1'"])
def test_prefixes_that_are_not_declared_properly_stay(oddity):
    xml = PLAIN.replace('<bpmn:userTask id="a"', f'<bpmn:userTask {oddity} id="a"').encode()
    found = importing.read(xml)
    assert ("文件", "namespace") in repaired(xml)
    assert b"odd:" in found.write()
    assert importing.read(found.write()).write() == found.write()
    assert obstacles(xml) == []
    assert svg.render(xml, title="图", uid="d").startswith("<svg")


def test_a_document_type_in_a_text_is_only_a_text():
    note = "<bpmn:documentation><![CDATA[<!DOCTYPE html>]]></bpmn:documentation>"
    assert (
        b"CDATA[<!DOCTYPE html>]]" in importing.read(diagram(note, start(), end(), "s-e")).write()
    )
