"""Right but unusual models are left alone; wrong ones beside the examples are found.

The models stand in `standard/right.xml` and `standard/wrong.xml`, with `a→b` for sequence
flows as in the linter's own examples.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from engine.bpmn import standard
from engine.bpmn.standard import examples

FOLDER = Path(__file__).parent / "standard"


def models(name: str) -> list[etree._Element]:
    return list(etree.parse(FOLDER / name).getroot())


def written(model: etree._Element) -> examples.Example:
    inside = "".join(etree.tostring(child, encoding="unicode") for child in model)
    return examples.Example(examples.CHAIN.sub(examples.flows, inside))


def findings(model: etree._Element) -> set[tuple[str, str]]:
    return {(found.code, found.element) for found in standard.lint(written(model).content)}


@pytest.mark.parametrize("model", models("right.xml"), ids=lambda model: model.get("says"))
def test_right_but_unusual_models_are_left_alone(model):
    assert findings(model) == set()


@pytest.mark.parametrize("model", models("wrong.xml"), ids=lambda model: model.get("says"))
def test_wrong_models_are_found(model):
    assert (model.get("code"), model.get("at")) in findings(model)


def test_several_pools_may_share_a_process():
    pools = "".join(f'<participant id="{name}" processRef="p"/>' for name in ("a", "b"))
    flow = '<messageFlow id="m" sourceRef="a" targetRef="b"/>'
    body = f'<collaboration id="c">{pools}{flow}</collaboration><process id="p"/>'
    codes = {found.code for found in standard.lint(examples.Example(body).content)}
    assert codes == {"pool-process"}
