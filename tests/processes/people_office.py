"""A demonstration office in the database, and cases to stand in it."""

from __future__ import annotations

from datetime import date

from sqlalchemy import insert
from sqlalchemy.orm import Session

from engine import clock, db
from engine.models import (
    Deployment,
    ProcessDefinition,
    ProcessInstance,
    Resource,
    new_id,
)
from processes.people import demo, passwords
from processes.people.models import Post

#: Hashed once per run; every test office shares it.
STORED = passwords.hashed(demo.PASSWORD)


def furnish() -> None:
    """Put the demonstration's organisations and accounts into the bound database."""
    with db.transaction() as session:
        demo.organisations(session)
        demo.accounts(session, stored=STORED)


def case(session: Session, *, root: str | None = None) -> str:
    """Add a bare instance (of a root, if given) and return its id."""
    definition = session.query(ProcessDefinition).first()
    if definition is None:
        session.execute(insert(Resource).values(sha="0" * 64, content=b"<x/>"))
        deployment = Deployment(
            bundle="appeals",
            source="files",
            digest="0",
            deployed_at=clock.now(),
            deployed_by="system",
        )
        session.add(deployment)
        session.flush()  # the definition names its deployment
        definition = ProcessDefinition(
            deployment_id=deployment.id,
            bundle="appeals",
            key="appeal_main",
            version=1,
            name="诉求",
            resource="appeal_main.bpmn",
            original_sha="0" * 64,
            normalized=b"<x/>",
            normalizer=1,
            description={},
            deployed_at=clock.now(),
        )
        session.add(definition)
        session.flush()  # the instance names its definition
    own = new_id()
    session.add(
        ProcessInstance(
            id=own,
            definition_id=definition.id,
            bundle="appeals",
            process_key="appeal_main",
            root_id=root or own,
            parent_id=root,
            state=b"",
            started_at=clock.now(),
            started_by="system",
        )
    )
    session.flush()  # rows of the case refer to it
    return own


def post(session: Session, login: str, role: str, org: str, *, until: date | None = None) -> None:
    """Give an account one more post."""
    session.add(
        Post(account=login, role=role, org=org, valid_from=date(2024, 1, 2), valid_to=until)
    )
    session.flush()  # queries of the test must find it
