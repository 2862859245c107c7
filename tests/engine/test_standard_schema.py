"""The linter against the schemas of the standard (BPMN 2.0.2, 15.3), which a library brings along.

What is right has the form of the schema; whatever the schema refuses in a file that was changed
at random, the linter finds as well.
"""

from __future__ import annotations

import copy
import random
from importlib import resources
from pathlib import Path

import pytest
from lxml import etree

from engine.bpmn import standard
from engine.bpmn.standard import RULES, examples, grammar
from tests.engine.test_standard import EVERYTHING
from tests.engine.test_standard_unusual import models, written

FOLDER = Path(str(resources.files("SpiffWorkflow.bpmn.parser") / "schema"))
SCHEMA = etree.XMLSchema(etree.parse(FOLDER / "BPMN20.xsd"))
B = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
EXAMPLES = examples.read()


def refused(content: bytes) -> list[str]:
    SCHEMA.validate(etree.fromstring(content))
    return [str(entry.message) for entry in SCHEMA.error_log]


@pytest.mark.parametrize("code", RULES)
def test_right_examples_have_the_form_of_the_schema(code):
    assert refused(EXAMPLES[code][0].content) == []


@pytest.mark.parametrize("model", models("right.xml"), ids=lambda model: model.get("says"))
def test_unusual_models_have_the_form_of_the_schema(model):
    # Some tools write a prefix where the schema wants the bare id; who is meant is clear.
    assert [said for said in refused(written(model).content) if "IDREF" not in said] == []


# -- files changed at random ---------------------------------------------------------------------

NAMES = sorted({*grammar.kinds(), *grammar.pointers()})
WORDS = sorted({name for kind in grammar.kinds().values() for name in kind.attributes} - {"id"})
#: What the linter leaves alone on purpose: types of programming languages, computed names of
#: called processes, addresses; an id that is empty has been given one when the file was read.
LENIENT = ("structureRef", "calledElement", "language", "xs:ID'")


def changed(root: etree._Element, dice: random.Random) -> bool:
    """Change one thing in a file; False if nothing came of it."""
    everything = list(root.iter(etree.Element))[1:]
    element, other = dice.choice(everything), dice.choice(everything)
    parent = element.getparent()
    how = dice.choice(("gone", "moved", "renamed", "twice", "attribute", "no attribute", "text"))
    if how == "gone":
        parent.remove(element)
    elif how == "moved" and other not in (element, *element.iterdescendants()):
        other.append(element)
    elif how == "renamed" and element.tag.startswith(B):
        element.tag = B + dice.choice(NAMES)
    elif how == "twice":
        again = copy.deepcopy(element)
        for part in again.iter(etree.Element):
            part.attrib.pop("id", None)
        parent.append(again)
    elif how == "attribute":
        element.set(dice.choice(WORDS), dice.choice(("", "true", "x y", "1.5")))
    elif how == "no attribute" and element.attrib:
        del element.attrib[dice.choice(sorted(map(str, element.attrib)))]
    elif how == "text":
        element.text = "x"
    else:
        return False
    return True


@pytest.mark.parametrize("seed", range(8))
def test_what_the_schema_refuses_is_found(seed):
    dice, told = random.Random(seed), 0
    for _ in range(120):
        root = etree.parse(EVERYTHING).getroot()
        for inner in root.iter("{urn:vendor}any"):
            inner.clear()  # the schema reads on in a vendor's element, the linter does not
        if not changed(root, dice):
            continue
        content = etree.tostring(root)
        said = [one for one in refused(content) if not any(word in one for word in LENIENT)]
        if said:
            told += 1
            assert standard.lint(content), said
    assert told > 40
