"""`huiyin org`, `huiyin account`: whoever runs the office sets it up here.

There is no first-run page: the first administrator is made on the machine, by hand.
"""

import click

from engine import db
from processes.people import accounts, orgs, passwords, persons, roles


def register(group: click.Group) -> None:
    """Add this floor's commands to `huiyin`."""
    for command in (account, org):
        group.add_command(command)


@click.group()
def account() -> None:
    """Accounts and their posts."""


@account.command("add")
@click.argument("login")
@click.option("--name", required=True, help="Name of the person.")
@click.option("--role", required=True, help="A code of roles.py, for example admin.")
@click.option("--org", "place", required=True, help="Code of the organisation.")
@click.option("--phone", default=None)
@click.password_option(help="Asked for when not given; must be changed at the first login.")
def add_account(
    login: str, name: str, role: str, place: str, phone: str | None, password: str
) -> None:
    """Make an account with its first post."""
    passwords.check_strength(password, login=login, name=name)
    stored = passwords.hashed(password)
    with db.transaction() as session:
        person = persons.add(session, name, phone=phone)
        accounts.create(session, login, stored=stored, person_id=person.id)
        accounts.appoint(session, login, role, place)
    click.echo(f"✓ 已建立账号 {login}（{roles.title(role)}，{place}），首次登录须修改密码")


@account.command("post")
@click.argument("login")
@click.argument("role")
@click.argument("place")
@click.option("--end", is_flag=True, help="Take the post away instead of giving it.")
def change_post(login: str, role: str, place: str, end: bool) -> None:
    """Give an account one more post in an organisation, or end one."""
    with db.transaction() as session:
        if end:
            accounts.dismiss(session, login, role, place)
        else:
            accounts.appoint(session, login, role, place)
    click.echo(f"✓ {login}：{roles.title(role)}@{place} {'已结束' if end else '已生效'}")


@account.command("password")
@click.argument("login")
@click.password_option()
def reset_password(login: str, password: str) -> None:
    """Set a new password; every session of the account ends."""
    passwords.check_strength(password, login=login)
    stored = passwords.hashed(password)
    with db.transaction() as session:
        found = accounts.account(session, login)
        accounts.change_password(session, login, stored_before=found.password, stored=stored)
        found.must_change_password = True
    click.echo(f"✓ {login} 的密码已重设，下次登录须修改")


@account.command("close")
@click.argument("login")
def close_account(login: str) -> None:
    """Close an account; its sessions end at once."""
    with db.transaction() as session:
        accounts.close(session, login)
    click.echo(f"✓ {login} 已停用")


@click.group()
def org() -> None:
    """Organisations."""


@org.command("add")
@click.argument("code")
@click.argument("name")
@click.option("--kind", required=True, help="街道总工会, 社区工联会, 企业工会, …")
@click.option("--level", required=True, type=click.Choice(orgs.LEVELS))
@click.option("--parent", default=None, help="Code of the next union level up.")
@click.option("--letters", default=None, help="Two letters for numbers, for example PH.")
@click.option("--no-union", is_flag=True, help="A company without a union.")
def add_org(
    code: str,
    name: str,
    kind: str,
    level: str,
    parent: str | None,
    letters: str | None,
    no_union: bool,
) -> None:
    """Add an organisation below another one."""
    with db.transaction() as session:
        orgs.add(
            session,
            code,
            name,
            kind=kind,
            level=level,
            parent=parent,
            letters=letters,
            has_union=not no_union,
        )
    click.echo(f"✓ 已建立组织 {code}（{name}）")


@org.command("list")
@click.argument("below", default=orgs.DISTRICT)
def list_orgs(below: str) -> None:
    """List the organisations below one of them."""
    with db.reading() as session:
        found = orgs.names(session, [below, *orgs.descendants(session, below)])
    for code in sorted(found):
        click.echo(f"{code:<20} {found[code]}")
