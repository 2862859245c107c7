"""The words of the demonstration: matters by category, example persons, forms filled with them.

Whatever names a person, a phone or a company is visibly an example (§5 of the requirements).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from processes.demo.stories import Story

_FILE = Path(__file__).with_name("texts.toml")
#: Workers are numbered from here on in the block of example phones, behind the accounts.
_FIRST_WORKER = 5_000
_SURNAMES = "苏杨卢江古廖温赖钟邱叶彭曾谢郑邓梁罗何周吴刘王林黄张李陈"
_STEMS = "子丑寅卯辰巳午未申酉戌亥"


@cache
def _all() -> dict[str, dict[str, Any]]:
    return tomllib.loads(_FILE.read_text("utf-8"))


def words(category: str, title: str) -> dict[str, str]:
    """Return what stands in braces in the forms of a case of this category."""
    found = _all()[f"c{category}"]
    return {key: value for key, value in found.items() if isinstance(value, str)} | {"title": title}


def filled(form: Mapping[str, Any], said: Mapping[str, str]) -> dict[str, Any]:
    """Return a form with its braces replaced: "{facts}" becomes the facts of the category."""
    return {
        key: value.format_map(said) if isinstance(value, str) else value
        for key, value in form.items()
    }


def start_form(story: Story, number: int) -> dict[str, Any]:
    """Return the start form of a story as its page would post it."""
    sample = _all()[f"c{story.category}"]["say"]
    said = story.content or sample[number % len(sample)]
    form: dict[str, Any] = {
        "street": story.street,
        "content": said,
        "category": story.category,
        "employer_name": story.employer,
    }
    form |= {"name": name_of(story.worker or number), "phone": phone_of(story.worker or number)}
    form |= _OWN[story.form](story, number) | dict(story.extra)
    if form.get("identity_mode") == "anonymous":
        del form["name"], form["phone"]
    return {key: value for key, value in filled(form, words(story.category, story.title)).items()
            if value is not None}  # fmt: skip


def name_of(number: int) -> str:
    """Return the example name of a worker: 苏某子（示例）, 杨某子（示例） …"""
    stem, surname = divmod(number, len(_SURNAMES))
    return f"{_SURNAMES[surname]}某{_STEMS[stem % len(_STEMS)]}（示例）"


def phone_of(number: int) -> str:
    """Return the example phone of a worker: 1380000xxxx is not given out."""
    return f"1380000{_FIRST_WORKER + number:04}"


def _registered(story: Story, _: int) -> dict[str, Any]:
    return {
        "channel": story.channel,
        "kind": story.kind,
        "identity_mode": story.identity,
        "persons_affected": story.persons,
        "title": story.title,
        "urgency": "normal",
        "legal_stage": "none",
        "onspot": False,
    }


def _submitted(story: Story, _: int) -> dict[str, Any]:
    return {"content_form": "text", "identity_mode": story.identity, "consent": True}


def _imported(story: Story, number: int) -> dict[str, Any]:
    return {
        "channel": story.channel,
        "external_source": "12345 热线（示例）",
        "external_no": f"SL-2026-{88000 + number}",
        "external_due": "T+20W",
        "title": story.title,
        "kind": story.kind,
        "persons_affected": story.persons,
    }


_OWN = {"register": _registered, "intake": _submitted, "imported": _imported}
