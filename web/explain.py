"""Why: gateways, tables and timers told in sentences a case worker can check."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from engine.queries import Line
from engine.queries.tasks import Next
from processes.people import roles
from web import words

Data = Mapping[str, Any]


def groups(candidates: Iterable[str], places: Mapping[str, str]) -> str:
    """Return candidate groups as people read them: 平湖街道总工会承办人."""
    told = []
    for candidate in candidates:
        role, organisation = roles.split(candidate)
        place, title = places.get(organisation, organisation), roles.title(role)
        # A representative is invited as a person, an office holder for an organisation.
        told.append(f"{title}{place}" if role == "rep" else f"{place}{title}")
    return "、".join(dict.fromkeys(told))


def organisations(candidates: Iterable[str]) -> set[str]:
    """Return the organisation codes inside candidate groups."""
    return {roles.split(candidate)[1] for candidate in candidates} - {""}


def answer(data: Data, branches: Mapping[str, str]) -> str:
    """Return the answer a gateway gave: the names of the branches that were taken."""
    named = [branches.get(str(flow), "") for flow in data.get("flows") or ()]
    return "、".join(name for name in named if name)


def conditions(data: Data) -> Iterator[str]:
    """Yield each condition of a gateway with what it read and whether it held."""
    for item in data.get("conditions") or ():
        read = "，".join(f"{name} = {shown(value)}" for name, value in _read(item))
        branch = item.get("name") or "分支"
        verdict = "成立" if item.get("result") else "不成立"
        yield f"{branch}：{item.get('text', '')} {verdict}" + (f"（{read}）" if read else "")


def decision(data: Data) -> Iterator[str]:
    """Yield what a table was asked, which rules hit and what they gave."""
    told = data.get("explanation") or {}
    asked = [f"{item.get('label')} = {shown(item.get('value'))}" for item in told.get("inputs", ())]
    if asked:
        yield f"输入：{'，'.join(asked)}"
    for rule in told.get("rules", ()):
        yield f"命中规则：{_rule(rule)}"
    for row in told.get("rows", ()):
        yield f"结论：{shown(row)}"


def why(
    lines: Iterable[Line], element: str, candidates: str, branches: Mapping[str, str]
) -> list[str]:
    """Return at most three sentences: what led to a task, and why to these people."""
    told: list[str] = []
    for line in lines:
        sentence = _because(line, branches)
        if sentence and sentence not in told:
            told.append(sentence)
        if len(told) == 2:
            break
    if candidates:
        told.append(f"“{element}”按流程由 {candidates} 办理。")
    return told


def if_nobody_acts(coming: Sequence[Next], *, late: bool) -> list[str]:
    """Return one sentence per timer that waits at the task."""
    if late and not coming:
        return ["期限已过，到期的提醒和督办都已经发出；这项待办仍由您办理。"]
    told = []
    for item in coming:
        when = words.moment(item.at)
        leads = f"“{item.leads_to}”" if item.leads_to else "下一步"
        name = f"（{item.name}）" if item.name else ""
        if item.interrupting:
            told.append(f"{when}{name}：这一步结束，自动转到{leads}。")
        else:
            told.append(f"{when}{name}：自动启动{leads}；这项待办和您的草稿都保留，仍由您办理。")
    return told


def shown(value: object) -> str:
    """Return a value as people read it."""
    if value is None:
        return "空"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Mapping):
        return "，".join(f"{name} = {shown(item)}" for name, item in value.items())
    if isinstance(value, (list, tuple)):
        return "、".join(shown(item) for item in value) or "无"
    return str(value)


def _because(line: Line, branches: Mapping[str, str]) -> str:
    when = words.since(line.at)
    if line.kind == "completed":
        return f"{when}，上一步“{line.name}”办理完成。"
    if line.kind == "chosen" and line.name:
        said = answer(line.data, branches)
        return f"{when}，系统判断“{line.name}”：{said}。" if said else ""
    if line.kind == "fired":
        return f"{when}，“{line.name}”到期。" if line.name else ""
    if line.kind == "message":
        return f"{when}，收到“{line.name or '消息'}”。"
    return ""


def _read(item: Data) -> Iterator[tuple[str, Any]]:
    read = item.get("values") or {}
    if isinstance(read, Mapping):
        yield from read.items()


def _rule(rule: Data) -> str:
    note = rule.get("annotation") or rule.get("description")
    return f"第 {rule.get('number')} 条" + (f"（{note}）" if note else "")
