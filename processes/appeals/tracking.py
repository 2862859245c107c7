"""What the worker sees with her query code, in her own words; and what she may do there.

No person's name, no summary that staff wrote for each other: the sentences are made here from
the codes of the public steps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine import clock, commands, vault
from engine.commands import messages
from engine.errors import InvalidInput, NotFound
from engine.hooks import Actor
from engine.models import Attachment
from processes.appeals import codes, reps_worker
from processes.appeals.models import Appeal, AppealRequest, AppealStep, Document, Reply, Supplement
from processes.appeals.registration_services import code_hash
from processes.people import orgs

#: Whoever holds the code acts as the worker of the case.
WORKER = Actor("worker", kind="worker")
HOTLINE = "12351"
_RATINGS = frozenset({"satisfied", "basic", "unsatisfied"})
_TAIL = 4

#: status → (sentence, step of 收到 受理 办理 答复 办结); {holder} is an organisation.
_STATES: dict[str, tuple[str, int]] = {
    "registering": ("工会收到了，正在看您的照片或录音", 1),
    "triage": ("工会收到了，正在看由谁来办", 1),
    "following": ("已受理，和同样的事一起办理", 2),
    "handling": ("正在由{holder}办理", 3),
    "promoting": ("{holder}正请代表委员一起推动", 3),
    "reviewing": ("{holder}已办理，答复正在审核", 3),
    "replied": ("已经答复，请您看一看、评一评", 4),
    "rework": ("您不满意，正在由{holder}重新办理", 3),
    "pending": ("暂时解决不了，{holder}定期复查", 4),
    "closed": ("已办结", 5),
    "refused": ("不属于工会办理，已告诉您去哪里", 5),
    "legal": ("应当走法定程序，已告诉您怎么办", 5),
    "merged": ("已并入您先前的一件，一起办理", 5),
    "withdrawn": ("已按您的意思撤回", 5),
}
#: Action of a public step → what it meant for her. An action that is not here is not told.
_SENTENCES = {
    "received": "工会收到了您的诉求。",
    "accepted": "已受理。",
    "auto_accepted": "已受理。",
    "following": "和同样的事一起办理，答复时单独告诉您。",
    "merged": "已并入您先前的一件。",
    "assigned": "由{org}办理。",
    "cooperate": "{org}请有关部门一起研究。",
    "escalate": "{org}提请上一级工会办理。",
    "promote": "{org}提请代表委员一起推动。",
    "refer": "{org}请专门的部门一起办理。",
    "reply": "{org}办完了，正在审核答复。",
    "progress": "仍在办理，告知了进展。",
    "interim": "先给了您阶段性答复。",
    "extended": "情况复杂，答复期限延长，已告知您。",
    "paused": "暂停计时，已告知您。",
    "resumed": "恢复办理。",
    "signed": "{org}作出了答复。",
    "onspot": "{org}当场答复了您。",
    "delivered": "您收到了答复。",
    "notice_stopped": "进入了法定程序，代表委员不再推动，已告知您。",
    "converted": "您反映的事转为建议提案。",
    "outcome_told": "建议提案有了结果，已告知您。",
    "publicized": "办理结果作了集中公示，不含您的个人信息。",
    "rated": "您作了评价。",
    "reviewed": "上一级作出了复查答复。",
    "pending": "暂时解决不了，定期复查。",
    "kept": "答复中承诺的事已经兑现。",
    "postponed": "答复中承诺的事还在落实。",
    "withdraw_asked": "您提出撤回。",
    "withdrawn": "已按您的意思撤回。",
    "supplemented": "您补充了材料或说明。",
    "filed": "办结归档。",
}


@dataclass(frozen=True)
class DocumentView:
    """A text on the worker's page: an answer with its parts, or a notice."""

    id: str
    kind: str
    title: str
    content: str
    org: str
    signed_at: datetime
    delivered: bool
    no: str = ""
    conclusion: str = ""
    facts: str = ""
    basis: str = ""


@dataclass(frozen=True)
class CaseView:
    """Everything the worker's page says."""

    appeal: Appeal
    appeal_no: str
    state: str
    step: int
    holder: str
    holder_phone: str
    expected: datetime | None
    late: bool
    timeline: Sequence[tuple[datetime, str]]
    documents: Sequence[DocumentView]
    rating: str | None
    can_rate: bool
    #: What representatives helped to bring about waits for her word.
    can_confirm: bool
    can_withdraw: bool
    can_supplement: bool
    withdrawing: bool
    closed: bool


def open_case(session: Session, code: str, phone_tail: str | None = None) -> CaseView:
    """Return the case of a query code.

    Args:
        session: reading is enough; `opened` writes.
        code: as typed; dashes, blanks and case do not count.
        phone_tail: the last four digits of the phone, where the asker gave them; must fit then.

    Raises:
        NotFound: no such code, or the digits do not fit; both look the same.
    """
    appeal = session.scalar(select(Appeal).where(Appeal.track_hash == code_hash(code)))
    tail = vault.fingerprint("phone_tail", (phone_tail or "")[-_TAIL:])
    if appeal is None or (phone_tail and appeal.phone_tail_hash != tail):
        raise NotFound("查不到这件诉求，请核对查询码。")
    documents = _documents(session, appeal)
    names = _names(session, appeal, documents)
    holder = names.get(appeal.cur_org or appeal.street, "")
    sentence, step = _STATES.get(appeal.status, ("正在由{holder}办理", 3))
    ended = appeal.status in codes.ENDED
    asked = session.scalar(
        select(AppealRequest.id).where(
            AppealRequest.appeal_no == appeal.no,
            AppealRequest.kind == "withdraw",
            AppealRequest.granted.is_(None),
        )
    )
    rating = given(session, appeal)
    if rating is not None and appeal.status == "replied":
        sentence = "已经答复，收到了您的评价"
    confirming = reps_worker.may_confirm(session, appeal.no)
    if confirming:
        sentence = "有结果了，请您说说事情解决没有"
    return CaseView(
        appeal=appeal,
        appeal_no=appeal.no,
        state="您提出了撤回，等工会确认" if asked else sentence.format(holder=holder),
        step=step,
        holder=holder,
        holder_phone=HOTLINE,
        expected=None if appeal.status in codes.ANSWERED else appeal.due_at,
        late=appeal.status not in codes.ANSWERED and appeal.due_at < clock.now(),
        timeline=_timeline(session, appeal, names),
        documents=[_view(document, reply, names) for document, reply in documents],
        rating=rating,
        can_confirm=confirming,
        can_rate=appeal.status == "replied" and rating is None,
        can_withdraw=asked is None and not ended and appeal.status not in codes.ANSWERED,
        can_supplement=not ended,
        withdrawing=asked is not None,
        closed=ended,
    )


def opened(session: Session, appeal: Appeal) -> int:
    """Count the page's texts as opened: the proof of delivery. Return how many were new."""
    fresh = session.scalars(
        select(Document).where(Document.appeal_no == appeal.no, Document.opened_at.is_(None))
    ).all()
    for document in fresh:
        document.opened_at = clock.now()
        waited = messages.waiting(session, "message", "msg_reply_opened", document.id)
        # between two calls nobody waits for a moment: the message is kept until they do
        if not waited and (document.kind == "notice" or document.delivered_at is not None):
            continue  # a receipt or notice of progress: opening it proves nothing to anybody
        commands.correlate(
            session,
            "msg_reply_opened",
            correlation=document.id,
            payload={"proof": "opened"},
            actor=WORKER,
        )
    return len(fresh)


def rate(session: Session, appeal: Appeal, satisfaction: str, text: str = "") -> None:
    """Say whether the answer satisfies; her words are sealed, the code is sent to the process.

    Raises:
        InvalidInput: there is no answer to rate, it was rated, or the code is none of three.
    """
    if satisfaction not in _RATINGS:
        raise InvalidInput("请选择满意、基本满意或者不满意。", {"satisfaction": "请选一个"})
    if appeal.status != "replied" or given(session, appeal) is not None:
        raise InvalidInput("现在还不能评价。", {"satisfaction": "现在还不能评价，或者已经评价过了"})
    appeal.rating_text, appeal.satisfaction = text or None, satisfaction
    _note(session, appeal, "rating_given", public=False)
    commands.correlate(
        session,
        "msg_rated",
        correlation=appeal.no,
        payload={"satisfaction": satisfaction},
        actor=WORKER,
    )


def given(session: Session, appeal: Appeal) -> str | None:
    """Return what she said of the last answer, or None; an answer after a rework is a new one.

    The message may find nobody yet (a publication runs its five days first): the fact stands here
    at once, and `appeals.record_rating` reads it when the process gets there.
    """
    since = session.scalar(select(func.max(Reply.signed_at)).where(Reply.appeal_no == appeal.no))
    if since is None or appeal.satisfaction in (None, "none"):
        return None
    rated = select(AppealStep.id).where(
        AppealStep.appeal_no == appeal.no,
        AppealStep.action.in_(("rating_given", "rated", "onspot")),
        AppealStep.at >= since,
    )
    return appeal.satisfaction if session.scalar(rated.limit(1)) is not None else None


def withdraw(session: Session, appeal: Appeal, reason: str) -> None:
    """Ask to withdraw; staff confirm with her.

    Raises:
        InvalidInput: it is answered or asked already.
    """
    open_request = session.scalar(
        select(AppealRequest.id).where(
            AppealRequest.appeal_no == appeal.no,
            AppealRequest.kind == "withdraw",
            AppealRequest.granted.is_(None),
        )
    )
    if open_request is not None or appeal.status in codes.ANSWERED:
        raise InvalidInput("现在不能撤回。", {"reason": "已经提出过，或者已经答复"})
    session.add(
        AppealRequest(
            appeal_no=appeal.no,
            kind="withdraw",
            asked_by=WORKER.id,
            asked_at=clock.now(),
            reason=reason,
        )
    )
    _note(session, appeal, "withdraw_asked")
    commands.correlate(session, "msg_withdraw", correlation=appeal.no, actor=WORKER)


def supplement(
    session: Session,
    appeal: Appeal,
    text: str,
    files: Sequence[Attachment] = (),
    idempotency_key: str | None = None,
) -> None:
    """Add words or files to the case; the same press twice adds them once.

    Raises:
        InvalidInput: the case has ended.
    """
    if appeal.status in codes.ENDED:
        raise InvalidInput("这件诉求已经办结。", {"text": "已经办结，可以重新反映"})
    if idempotency_key is not None and supplemented(session, idempotency_key):
        return
    session.add(
        Supplement(appeal_no=appeal.no, at=clock.now(), text=text, idempotency_key=idempotency_key)
    )
    for file in files:
        file.instance_id = appeal.instance_id
    _note(session, appeal, "supplemented")


def supplemented(session: Session, idempotency_key: str) -> bool:
    """Say whether this press has been taken already; ask before its files are admitted."""
    known = select(Supplement.id).where(Supplement.idempotency_key == idempotency_key)
    return session.scalar(known) is not None


def _note(session: Session, appeal: Appeal, action: str, *, public: bool = True) -> None:
    session.add(
        AppealStep(
            appeal_no=appeal.no,
            at=clock.now(),
            level=appeal.cur_level,
            org=appeal.cur_org,
            element="tracking",
            action=action,
            actor=WORKER.id,
            public=public,
        )
    )


def _documents(session: Session, appeal: Appeal) -> list[tuple[Document, Reply | None]]:
    found = session.execute(
        select(Document, Reply)
        .outerjoin(Reply, Reply.id == Document.reply_id)
        .where(Document.appeal_no == appeal.no)
        .order_by(Document.published_at.desc(), Document.seq.desc())
    )
    return [(document, reply) for document, reply in found]


def _names(
    session: Session, appeal: Appeal, documents: Sequence[tuple[Document, Reply | None]]
) -> dict[str, str]:
    wanted = {appeal.street, *(document.org for document, _ in documents)}
    wanted |= {appeal.cur_org} if appeal.cur_org else set()
    steps = select(AppealStep.org).where(AppealStep.appeal_no == appeal.no).distinct()
    wanted |= {org for org in session.scalars(steps) if org}
    return orgs.names(session, wanted)


def _timeline(
    session: Session, appeal: Appeal, names: dict[str, str]
) -> list[tuple[datetime, str]]:
    steps = session.scalars(
        select(AppealStep)
        .where(AppealStep.appeal_no == appeal.no, AppealStep.public)
        .order_by(AppealStep.at, AppealStep.id)
    )
    told: list[tuple[datetime, str]] = []
    for step in steps:
        sentence = _SENTENCES.get(step.action)
        if sentence is not None:
            told.append((step.at, sentence.format(org=names.get(step.org or "", "工会"))))
    return told


def _view(document: Document, reply: Reply | None, names: dict[str, str]) -> DocumentView:
    org = names.get(document.org, document.org)
    if reply is None:
        return DocumentView(
            id=document.id,
            kind=document.kind,
            title=document.title,
            content=document.text,
            org=org,
            signed_at=document.published_at,
            delivered=document.opened_at is not None,
        )
    content = f"{reply.content}\n{reply.where_to}" if reply.where_to else reply.content
    return DocumentView(
        id=document.id,
        kind=document.kind,
        title=document.title,
        content=content,
        org=org,
        signed_at=reply.signed_at or document.published_at,
        delivered=document.opened_at is not None,
        no=reply.no or "",
        conclusion=reply.conclusion,
        facts=reply.facts,
        basis=reply.basis,
    )
