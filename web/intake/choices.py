"""What the lists of the forms offer."""

from sqlalchemy.orm import Session

from processes.people import orgs

Options = list[tuple[str, str]]


def streets(session: Session) -> Options:
    """Return the street federations as (code, 平湖街道), the union's own words left out."""
    return [(org.code, _place(org.name)) for org in orgs.of_kind(session, "L3")]


def communities(session: Session) -> list[tuple[str, Options]]:
    """Return communities and parks, grouped under their streets."""
    groups: dict[str, Options] = {}
    known = dict(streets(session))
    for org in orgs.of_kind(session, "L2"):
        if org.parent in known:
            groups.setdefault(known[org.parent], []).append((org.code, _place(org.name)))
    return list(groups.items())


def name(session: Session, code: str | None) -> str:
    """Return an organisation's full name."""
    return orgs.names(session, [code])[code] if code else "龙岗区总工会"


def _place(full: str) -> str:
    for ending in ("总工会", "工会联合会", "工联会"):
        full = full.removesuffix(ending)
    return full


#: §5.3, first level, in the words a worker uses.
CATEGORIES: Options = [
    ("01", "工资、加班费（劳动报酬）"),
    ("02", "劳动合同、辞退、补偿"),
    ("03", "上班时间、休假"),
    ("04", "社保、公积金"),
    ("05", "工伤、职业病、安全"),
    ("06", "女职工、未成年工、残疾职工"),
    ("07", "食堂、宿舍、班车、充电等生活服务"),
    ("08", "孩子入学、托管、家庭"),
    ("09", "找工作、学技能"),
    ("10", "生病、困难、互助保障"),
    ("11", "职代会、厂务公开、集体协商"),
    ("12", "入会、会费、工会服务"),
    ("13", "骑手、司机等新就业形态"),
    ("14", "对政策的建议"),
    ("15", "举报和其他"),
]
