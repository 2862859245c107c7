"""Whatever a DMN file has lost or mixed up, it is refused or answered, never anything else."""

from __future__ import annotations

import contextlib
import random

from lxml import etree

from engine import decisions
from engine.errors import DeploymentRefused, EngineError
from tests.engine.dmn import table
from tests.engine.dmn_standard import (
    IMPORT,
    LIBRARY,
    context,
    decision,
    input_data,
    invocation,
    item,
    knowledge,
    literal,
    model,
    service,
)

WHOLE = model(
    IMPORT,
    item("tLevel", "string", allowed='"low","high"'),
    item("tPerson", name="string", born="date", friends="tPerson*"),
    input_data("amount", "number"),
    input_data("who", "tPerson"),
    knowledge("double", "n:number", literal("n * 2"), type_ref="number"),
    decision("net", literal("double(amount)"), inputs=("amount",), knows=("double",)),
    decision("level", table(["net:number", "who.born"], ['r:string="low","high"'], [
        ["< 10", "-", '"low"'], [">= 10", '>= date("2000-01-01")', '"high"']], hit="PRIORITY"),
        needs=("net",), type_ref="tLevel"),
    decision("all", context(result=literal("[level, svc(1), rate]"),
             rate=invocation("lib.twice", n="lib.Rate")), needs=("level", "http://test/lib#Rate"),
             knows=("svc", "http://test/lib#twice")),
    service("svc", ("net",), inputs=("amount",)),
)  # fmt: skip
SCOPE = {"amount": 7, "base": 2, "who": {"name": "甲", "born": "2001-01-01", "friends": []}}


def spoiled(chance: random.Random) -> bytes:
    """Return the file with one to three things taken away, copied, renamed or exchanged."""
    root = etree.fromstring(WHOLE)
    for _ in range(chance.randint(1, 3)):
        elements = [one for one in root.iter() if one.getparent() is not None]
        one, other = chance.choice(elements), chance.choice(elements)
        match chance.randrange(6):
            case 0:
                one.getparent().remove(one)
            case 1 if one.attrib:
                del one.attrib[chance.choice(list(one.attrib))]
            case 2 if one.attrib:
                one.set(
                    chance.choice(list(one.attrib)), chance.choice(["", "#net", "x", "tPerson"])
                )
            case 3:
                one.text = chance.choice(["", "1 +", "null", "amount", "function(a) a", '"', "-"])
            case 4:
                one.tag = other.tag
            case 5 if one not in other.iterancestors() and one is not other:
                other.append(one)
    return etree.tostring(root)


def read(xml: bytes) -> decisions.DecisionModel:
    """Read a file as deployment does, then as the command does."""
    with contextlib.suppress(DeploymentRefused):
        decisions.check(decisions.parse(xml, others=[LIBRARY]))
    return decisions.parse(xml, others=[LIBRARY], tolerant=True)


def test_spoiled_files_are_refused_or_answered():
    chance = random.Random(20261128)
    answered = 0
    failures: list[str] = []
    for _ in range(800):
        xml = spoiled(chance)
        try:
            found = read(xml)
            for name in (*found.decisions, *found.services, *found.knowledge):
                with contextlib.suppress(EngineError):
                    found.evaluate(name, SCOPE, explain=True)
                    answered += 1
        except EngineError:
            continue
        except Exception as error:
            failures.append(f"{type(error).__name__} {error}: {xml.decode()}")
    assert failures[:3] == []
    assert answered > 1_000


def test_the_whole_file_is_answered():
    found = decisions.parse(WHOLE, others=[LIBRARY])
    assert found.evaluate("all", SCOPE).value == ["high", 2, 8]
