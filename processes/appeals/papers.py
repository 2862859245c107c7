"""The papers of an appeal: what stands on them, masked for whoever will hold them (D-17).

To the worker: her own name (unless she is anonymous), never her phone. To the employer, a
department or another union: no name, no phone, no query code — an appeal is spoken of by its
number. A paper with a name is printed by people who deal with workers, and each print is written
into the access log.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy.orm import Session

from engine import clock, queries
from engine.errors import NotFound
from engine.models import ProcessInstance
from engine.queries import Viewer
from processes.appeals import codes, intake, masking
from processes.appeals.models import Appeal, Coordination, Document, Reply
from processes.people import orgs, reveal

_CITY = "深圳市龙岗区"
#: 信访工作条例 §35: thirty natural days to ask the next level for a review.
_REVIEW = "如对本答复意见不服，可以自收到之日起 30 日（自然日）内，向{above}申请复查。"
_QUESTIONS = "咨询电话：12351。"


@dataclass(frozen=True)
class Paper:
    """One sheet, ready to be laid out."""

    kind: str
    title: str
    office: str
    signed_on: date
    number: str = ""
    addressee: str = ""
    opening: Sequence[str] = ()
    facts: Sequence[tuple[str, str]] = ()
    sections: Sequence[tuple[str, str]] = ()
    notes: Sequence[str] = ()
    #: Only on the receipt, and only if the counter prints it.
    query_code: str = field(default="", repr=False)
    anonymous: bool = False
    sealed: bool = True


def compose(session: Session, viewer: Viewer, kind: str, key: str) -> Paper:
    """Return a paper of a case the viewer may see.

    Args:
        session: a transaction; printing a name is written down in it.
        viewer: who prints.
        kind: receipt, acceptance, transfer, refusal, reply, coordination or negotiation.
        key: the appeal's number (receipt, negotiation), else the id of the notice (acceptance),
            of the reply (reply, transfer, refusal) or of the letter (coordination).

    Raises:
        NotFound: no such paper, or not for this viewer.
    """
    make = _MAKERS.get(kind)
    if make is None:
        raise NotFound("没有这种文书。")
    return make(session, viewer, kind, key)


def _receipt(session: Session, viewer: Viewer, kind: str, key: str) -> Paper:
    appeal = _appeal(session, viewer, key)
    office = orgs.org(session, appeal.street)
    held = intake.may_hold_code(session, viewer, appeal.instance_id)
    _note(session, viewer, appeal, kind)
    return Paper(
        kind,
        "诉求登记回执",
        _full(office.name),
        _day(appeal.received_at),
        opening=["您反映的诉求已经登记。请保管好本回执。"],
        facts=[
            ("诉求编号", appeal.no),
            ("登记时间", _moment(appeal.received_at)),
            ("反映方式", codes.IDENTITIES[appeal.identity_mode]),
            ("诉求标题", appeal.title),
            ("受理单位", office.name),
            ("答复期限", f"自受理之日起 60 日（自然日）内，即 {_zh(appeal.due_at)}前"),
        ],
        query_code=appeal.track_code if held else "",
        anonymous=appeal.identity_mode == "anonymous",
        notes=[_QUESTIONS],
    )


def _acceptance(session: Session, viewer: Viewer, kind: str, key: str) -> Paper:
    document = session.get(Document, key)
    if document is None or document.template != "accepted":
        raise NotFound("没有这份告知书。")
    appeal = _appeal(session, viewer, document.appeal_no)
    _note(session, viewer, appeal, kind)
    return Paper(
        kind,
        document.title,
        _full(orgs.org(session, document.org).name),
        _day(document.published_at),
        number=_number("受", document.published_at, appeal.no),
        addressee=_worker(appeal, viewer),
        opening=[_received(appeal)],
        sections=[("", document.text)],
        notes=[_QUESTIONS],
    )


def _reply(session: Session, viewer: Viewer, kind: str, key: str) -> Paper:
    """The answer; and its two relatives that tell where another office answers instead."""
    reply = session.get(Reply, key)
    if reply is None or _KIND_OF.get(reply.kind, "reply") != kind:
        raise NotFound("没有这份答复。")
    appeal = _appeal(session, viewer, reply.appeal_no)
    office = orgs.org(session, reply.org)
    _note(session, viewer, appeal, kind)
    signed = reply.signed_at
    title, headings = _TITLES.get(reply.kind, ("答复意见书", _HEADINGS))
    texts = (reply.facts, reply.content, reply.basis, reply.where_to)
    sections = [(heading, text) for heading, text in zip(headings, texts, strict=True) if text]
    if reply.promise_due is not None:
        sections.append(("后续承诺", f"上述事项于{_zh(reply.promise_due)}前落实，届时告知您。"))
    notes = [_QUESTIONS]
    if kind == "reply":
        above = orgs.org(session, orgs.superior(session, office.code)).name
        notes.insert(0, _REVIEW.format(above=above))
    return Paper(
        kind,
        title if signed else f"{title}（稿，未签发）",
        _full(office.name),
        _day(signed or clock.now()),
        number=reply.no or "",
        addressee=_worker(appeal, viewer),
        opening=[_received(appeal) + "经研究，现告知如下："],
        sections=[(f"{_COUNT[at]}、{head}", text) for at, (head, text) in enumerate(sections)],
        notes=notes,
        sealed=signed is not None,
    )


def _coordination(session: Session, viewer: Viewer, kind: str, key: str) -> Paper:
    letter = session.get(Coordination, int(key)) if key.isdigit() and len(key) < 12 else None
    if letter is None:
        raise NotFound("没有这份函件。")
    appeal = _appeal(session, viewer, letter.appeal_no)
    office = orgs.org(session, appeal.cur_org or orgs.DISTRICT)
    return Paper(
        kind,
        "关于商请会办职工诉求的函",
        _full(office.name),
        _day(letter.asked_at),
        number=letter.letter_no or _number("会", letter.asked_at, appeal.no),
        addressee=orgs.names(session, [letter.dept])[letter.dept],
        opening=[
            f"我会正在办理一件职工诉求（编号 {appeal.no}），涉及贵单位职责，现商请会办。"
            "请提出有实质内容的意见："
        ],
        sections=[
            ("一、请会办的事项", _without_person(letter.question or appeal.title, appeal)),
            ("二、反馈时间", "请自收到本函之日起 15 个工作日内书面反馈。"),
        ],
        notes=["为保护职工个人信息，本函不载明姓名和联系方式；如需核实情况，请与我会联系。"],
    )


def _negotiation(session: Session, viewer: Viewer, kind: str, key: str) -> Paper:
    appeal = _appeal(session, viewer, key)
    office = orgs.org(session, appeal.cur_org or orgs.DISTRICT)
    return Paper(
        kind,
        "关于协商处理职工诉求的函",
        _full(office.name),
        _day(clock.now()),
        number=_number("协商函", clock.now(), appeal.no),
        addressee=appeal.employer_name or "用人单位",
        opening=[
            f"我会收到职工反映贵单位“{appeal.title}”的诉求（编号 {appeal.no}）。"
            "依照《中华人民共和国工会法》，现就有关问题与贵单位协商："
        ],
        sections=[
            ("一、请贵单位核实", "请核实上述情况，并提供相关的制度、合同、考勤和支付记录。"),
            ("二、请贵单位答复", "请在收到本函之日起 5 个工作日内书面答复处理意见和完成时间。"),
        ],
        notes=["依照《信访工作条例》第三十条，请勿追查反映人，不得打击报复。", "联系电话：12351。"],
    )


def opens_files(session: Session, viewer: Viewer, instance_id: str) -> bool:
    """Say whether the viewer may open the files of a case that is visible to them."""
    root = session.get_one(ProcessInstance, session.get_one(ProcessInstance, instance_id).root_id)
    appeal = session.get(Appeal, root.business_key or "")
    if appeal is None:
        return reveal.may_reveal(viewer)
    return masking.opens_originals(viewer, appeal)


_COUNT = "一二三四五六"
_HEADINGS = ("查明的情况", "办理意见", "依据", "您还可以找谁")
#: Reply.kind → which paper it is.
_KIND_OF = {"refusal": "refusal", "legal": "transfer", "transferred": "transfer"}
_TITLES = {
    "refusal": ("不予受理告知书", ("基本情况", "不予受理的理由", "依据", "您可以找谁")),
    "legal": ("依法分流告知书", ("基本情况", "告知事项", "依据", "受理机关和联系方式")),
    "transferred": ("转送告知书", ("基本情况", "转送事项", "依据", "承办单位和联系方式")),
    "interim": ("阶段性答复", _HEADINGS),
}
_MAKERS: dict[str, Callable[[Session, Viewer, str, str], Paper]] = {
    "receipt": _receipt,
    "acceptance": _acceptance,
    "transfer": _reply,
    "refusal": _reply,
    "reply": _reply,
    "coordination": _coordination,
    "negotiation": _negotiation,
}


def _appeal(session: Session, viewer: Viewer, number: str) -> Appeal:
    appeal = session.get(Appeal, number)
    if appeal is None or not queries.may_see(session, viewer, appeal.instance_id):
        raise NotFound("没有找到这件诉求，或者您没有查看权限。")
    return appeal


def _without_person(text: str, appeal: Appeal) -> str:
    """Return what staff wrote for outsiders, with the worker's own data taken out once more."""
    for private in (appeal.name, appeal.phone, appeal.behalf_name):
        if private and len(private) > 1:
            text = text.replace(private, "该职工")
    return text


def _received(appeal: Appeal) -> str:
    day = _zh(appeal.received_at)
    return f"您于{day}反映的“{appeal.title}”（诉求编号 {appeal.no}）收悉。"


def _worker(appeal: Appeal, viewer: Viewer) -> str:
    """Return how the letter speaks to the worker."""
    if appeal.identity_mode == "anonymous" or not appeal.name:
        return "反映人"
    return appeal.name if masking.opens_originals(viewer, appeal) else "反映人"


def _note(session: Session, viewer: Viewer, appeal: Appeal, kind: str) -> None:
    reveal.note(
        session,
        viewer.id,
        instance_id=appeal.instance_id,
        what=f"paper:{kind}",
        reason="打印文书",
        allowed=reveal.may_reveal(viewer),
    )


def _full(name: str) -> str:
    return name if name.startswith(("深圳", _CITY)) else _CITY + name.removeprefix("龙岗区")


def _number(word: str, at: datetime, appeal_no: str) -> str:
    """Return the letter's own number: it follows the appeal's, so it needs no second counter."""
    return f"龙工{word}〔{at.astimezone(clock.CHINA).year}〕{appeal_no.removeprefix('SQ-')[4:]}号"


def _day(moment: datetime) -> date:
    return moment.astimezone(clock.CHINA).date()


def _zh(moment: datetime | date | None) -> str:
    if moment is None:
        return "—"
    day = _day(moment) if isinstance(moment, datetime) else moment
    return f"{day.year}年{day.month}月{day.day}日"


def _moment(moment: datetime) -> str:
    return f"{_zh(moment)} {moment.astimezone(clock.CHINA):%H:%M}"
