"""The demonstration district (§5.1): real street names, everything else visibly fictional."""

from datetime import date
from typing import Any, NamedTuple

#: Everything in the demonstration is in force from here on.
SINCE = date(2024, 1, 1)

Row = dict[str, Any]


class Street(NamedTuple):
    """A street: its code, its name, its two letters in numbers, its communities."""

    code: str
    name: str
    letters: str
    communities: tuple[str, ...]
    companies: int


#: Pinghu is the street of the story: all its communities are staffed.
STREETS = (
    Street("pinghu", "平湖", "PH", ("良安田", "山厦", "鹅公岭", "辅城坳", "禾花", "力昌"), 8),
    Street("bantian", "坂田", "BT", ("示例社区一", "示例社区二"), 6),
    Street("buji", "布吉", "BJ", ("示例社区一", "示例社区二"), 4),
    Street("nanwan", "南湾", "NW", ("示例社区一",), 3),
    Street("henggang", "横岗", "HG", ("示例社区一", "示例社区二"), 4),
    Street("longcheng", "龙城", "LC", ("示例社区一", "示例社区二"), 5),
    Street("longgang", "龙岗", "LG", ("新生", "南联", "同乐", "盛平"), 5),
    Street("pingdi", "坪地", "PD", ("示例社区一",), 2),
    Street("jihua", "吉华", "JH", ("甘坑",), 2),
    Street("yuanshan", "园山", "YS", ("示例社区一",), 2),
    Street("baolong", "宝龙", "BL", ("示例社区一",), 1),
)

#: Code, name, street.
PARKS = (
    ("park_zhigu", "示例·智谷产业园", "pinghu"),
    ("park_yunli", "示例·云里智能园", "bantian"),
    ("park_keji", "示例·宝龙科技城东区", "baolong"),
    ("park_yanjing", "示例·横岗眼镜产业园", "henggang"),
    ("park_ditan", "示例·坪地低碳园", "pingdi"),
    ("park_huanan", "示例·平湖商贸园", "pinghu"),
    ("park_wuliu", "示例·平湖物流园", "pinghu"),
    ("park_tianan", "示例·坂田数码园", "bantian"),
    ("park_shangxue", "示例·坂田科技园", "bantian"),
    ("park_ganli", "示例·布吉商贸物流园", "buji"),
    ("park_lilang", "示例·南湾软件园", "nanwan"),
    ("park_danzhu", "示例·南湾货运园", "nanwan"),
    ("park_liuyue", "示例·横岗工业园", "henggang"),
    ("park_dayun", "示例·龙城创新园", "longcheng"),
    ("park_tongle", "示例·龙岗工业园", "longgang"),
    ("park_nanyue", "示例·龙岗制造园", "longgang"),
    ("park_yuanshan", "示例·园山生态园", "yuanshan"),
    ("park_jihua", "示例·吉华文创园", "jihua"),
)

BLOCKS = (
    ("block_longcheng", "示例·龙城商务大厦", "longcheng"),
    ("block_buji", "示例·布吉商业街区", "buji"),
)

INDUSTRIES = (
    ("ind_delivery", "新就业形态行业工会", "配送"),
    ("ind_logistics", "物流货运行业工会", "物流"),
    ("ind_sanitation", "环卫行业工会", "环卫"),
    ("ind_domestic", "家政行业工会", "家政"),
    ("ind_construction", "建筑行业工会", "建筑"),
    ("ind_education", "教育行业工会", "教育"),
)

DEPARTMENTS = (
    ("gov_hr", "区人力资源局"),
    ("gov_housing", "区住房和建设局"),
    ("gov_health", "区卫生健康局"),
    ("gov_emergency", "区应急管理局"),
    ("gov_market", "市市场监督管理局龙岗监管局"),
    ("gov_justice", "区司法局"),
    ("gov_medical", "市医疗保障局龙岗分局"),
    ("gov_edu", "区教育局"),
    ("gov_transport", "市交通运输局龙岗管理局"),
    ("gov_police", "市公安局龙岗分局"),
    ("gov_letters", "区信访局"),
)

ORGANS = (
    ("organ_org", "区委组织部", "党委部门"),
    ("organ_npc", "区人大常委会选联任工委", "人大机关"),
    ("organ_cppcc", "区政协提案委", "政协机关"),
)

#: Word and trade; the names of the demonstration's companies are built from these.
_COMPANIES = (
    ("晨光电子", "电子"),
    ("远行物流", "物流"),
    ("启明精密", "制造"),
    ("和顺配送", "配送"),
    ("净源环卫", "环卫"),
    ("安居建筑", "建筑"),
    ("惠民家政", "家政"),
    ("育才教育", "教育"),
    ("新叶食品", "食品"),
    ("蓝帆塑胶", "制造"),
    ("云桥科技", "科技"),
    ("金谷五金", "制造"),
)

#: The first 42 have a union, the last six do not (§4.0-1: their matters begin at L2).
WITH_UNION, WITHOUT_UNION = 42, 6


def rows() -> list[Row]:
    """Return every organisation, superiors before those below them."""
    head = [
        _row("city", "深圳市总工会", "市总", "L6", None),
        _row("district", "龙岗区总工会", "区总工会", "L4", "city"),
    ]
    streets = [
        _row(s.code, f"{s.name}街道总工会", "街道总工会", "L3", "district", s.letters)
        for s in STREETS
    ]
    industries = [
        _row(code, f"龙岗区{name}", "行业工会", "L3H", "district", "HY")
        for code, name, _ in INDUSTRIES
    ]
    outside = [
        _row(code, name, "政府职能部门", "L5", None, has_union=False) for code, name in DEPARTMENTS
    ] + [_row(code, name, kind, "L5", None, has_union=False) for code, name, kind in ORGANS]
    return [*head, *streets, *industries, *outside, *_federations(), *_companies()]


def links() -> list[Row]:
    """Return which companies belong to an industry (系统) beside their street (属地)."""
    trades = {trade: code for code, _, trade in INDUSTRIES}
    return [
        {"org": row["code"], "other": trades[trade], "kind": "系统"}
        for number, row in enumerate(_companies())
        if (trade := _COMPANIES[number % len(_COMPANIES)][1]) in trades
    ]


def _federations() -> list[Row]:
    communities = [
        _row(f"{s.code}_c{number}", f"{name}社区工联会", "社区工联会", "L2", s.code, s.letters)
        for s in STREETS
        for number, name in enumerate(
            (f"{s.name}{name}" if name.startswith("示例") else name for name in s.communities), 1
        )
    ]
    letters = {street.code: street.letters for street in STREETS}
    parks = [
        _row(code, f"{name}工联会", "园区工联会", "L2", street, letters[street])
        for code, name, street in PARKS
    ]
    blocks = [
        _row(code, f"{name}工联会", "楼宇街区工联会", "L2", street, letters[street])
        for code, name, street in BLOCKS
    ]
    for number, row in enumerate([*communities, *parks, *blocks]):
        row["grade"] = "四级" if number % 3 == 0 else "三级"
        row["is_model"] = number % 6 == 0
    return [*communities, *parks, *blocks]


def _companies() -> list[Row]:
    """Return the companies: below the communities and parks of their streets in turn."""
    places = _places_of_companies()
    found = []
    for number in range(WITH_UNION + WITHOUT_UNION):
        street, federation = places[number % len(places)]
        word, _ = _COMPANIES[number % len(_COMPANIES)]
        round_ = "" if number < len(_COMPANIES) else f"{number // len(_COMPANIES) + 1}厂"
        united = number < WITH_UNION
        row = _row(
            f"ent_{number + 1:03}",
            f"示例·{word}{round_}（{street.name}）" + ("工会" if united else ""),
            "企业工会" if united else "企业（未建会）",
            "L1",
            federation,
            street.letters,
            has_union=united,
        )
        row["headcount"] = 60 + number * 37 % 900
        found.append(row)
    return found


def _places_of_companies() -> list[tuple[Street, str]]:
    """Return where companies stand, Pinghu and Bantian first, by the streets' weights."""
    places: list[tuple[Street, str]] = []
    for turn in range(max(street.companies for street in STREETS)):
        for street in STREETS:
            if turn < street.companies:
                communities = [f"{street.code}_c{n}" for n in range(1, len(street.communities) + 1)]
                parks = [code for code, _, at in (*PARKS, *BLOCKS) if at == street.code]
                federations = [*communities, *parks]
                places.append((street, federations[turn % len(federations)]))
    return places


def _row(
    code: str,
    name: str,
    kind: str,
    level: str,
    parent: str | None,
    letters: str | None = None,
    *,
    has_union: bool = True,
) -> Row:
    return {
        "code": code,
        "name": name,
        "kind": kind,
        "level": level,
        "parent": parent,
        "street_code": letters,
        "is_model": False,
        "grade": None,
        "has_union": has_union,
        "headcount": None,
        "valid_from": SINCE,
        "valid_to": None,
        "is_demo": True,
    }
