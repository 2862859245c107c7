"""`huiyin org`, `huiyin account`: whoever runs the office sets it up here.

There is no first-run page: the first administrator is made on the machine, by hand.
"""

import click

from engine import db
from engine.errors import InvalidInput
from processes.people import accounts, orgs, passwords, persons, roles, tokens


def register(group: click.Group) -> None:
    """Add this floor's commands to `huiyin`."""
    for command in (account, org):
        group.add_command(command)


@click.group()
def account() -> None:
    """Accounts and their posts."""


@account.command("add")
@click.argument("login")
@click.option("--name", help="Name of the person.")
@click.option("--role", help="A code of roles.py, for example admin.")
@click.option("--org", "place", help="Code of the organisation.")
@click.option("--phone", default=None)
@click.option("--service", is_flag=True, help="Another system's account, for /engine-rest only.")
@click.password_option(help="Asked for when not given; must be changed at the first login.")
def add_account(
    login: str,
    name: str | None,
    role: str | None,
    place: str | None,
    phone: str | None,
    service: bool,
    password: str,
) -> None:
    """Make an account with its first post, or the account of another system."""
    passwords.check_strength(password, login=login, name=name or "")
    stored = passwords.hashed(password)
    if service:
        with db.transaction() as session:
            accounts.create(session, login, stored=stored, service=True)
        click.echo(f"✓ 已建立接口账号 {login}，只能用于 /engine-rest，不能登录页面")
        return
    if not (name and role and place):
        raise InvalidInput("请用 --name、--role、--org 写明姓名、角色和单位。")
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


@account.command("token")
@click.argument("login")
@click.option("--name", "label", required=True, help="What it is for.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    required=True,
    type=click.Choice(list(tokens.SCOPES)),
    help="What it may do; may be given several times.",
)
@click.option("--days", type=click.IntRange(1, 3650), help="How long it lives; for ever if not.")
def add_token(login: str, label: str, scopes: tuple[str, ...], days: int | None) -> None:
    """Make a bearer token for /engine-rest and print it, this once."""
    with db.transaction() as session:
        token = tokens.create(session, login, label=label, scopes=scopes, days=days)
    click.echo("✓ 令牌只显示这一次，请马上保存：", err=True)
    click.echo(token)


@account.command("tokens")
@click.argument("login")
@click.option("--revoke", type=int, metavar="ID", help="End this token.")
def list_tokens(login: str, revoke: int | None) -> None:
    """List the tokens of an account, or end one of them."""
    with db.transaction() as session:
        if revoke is not None:
            tokens.revoke(session, login, revoke)
        found = tokens.listed(session, login)
    for token in found:
        ended = "已撤销" if token.revoked_at else "有效"
        until = f"{token.expires_at:%Y-%m-%d}" if token.expires_at else "长期"
        used = f"{token.last_used_at:%Y-%m-%d %H:%M}" if token.last_used_at else "未使用"
        line = (str(token.id), ended, until, used, ",".join(token.scopes), token.label)
        click.echo("  ".join(line))


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
