"""Forms that are posted in tests."""

from __future__ import annotations

from werkzeug.datastructures import MultiDict

from engine import forms

RESULT = [
    {"label": "属实，已解决", "value": "solved"},
    {"label": "部分属实", "value": "partial"},
    {"label": "不属实", "value": "rejected"},
]


def field(kind: str, key: str, label: str = "", **more) -> dict:
    return {"type": kind, "key": key, "id": f"id_{key}", "label": label or key, **more}


def need(**rules) -> dict:
    return {"validate": {"required": True, **rules}}


AMOUNT = field(
    "number",
    "amount",
    "追回金额",
    decimalDigits=2,
    conditional={"hide": '=result != "solved"'},
    **need(min=0, max=1_000_000),
)
REASON = field(
    "textarea",
    "reason",
    "不属实的依据",
    conditional={"hide": '=result != "rejected"'},
    **need(maxLength=20),
)
MEASURES = [{"label": "电话", "value": "phone"}, {"label": "走访", "value": "visit"}]
CONTACT = {
    "type": "group",
    "path": "contact",
    "label": "联系人",
    "id": "g",
    "components": [field("textfield", "name", "姓名"), field("checkbox", "agree", "同意回访")],
}
PEOPLE = {
    "type": "dynamiclist",
    "path": "people",
    "label": "涉及人员",
    "id": "dl",
    "allowAddRemove": True,
    "components": [
        field("textfield", "name", "姓名", **need()),
        field("number", "owed", "欠薪"),
    ],
}
HANDLE = {
    "id": "appeal_handle",
    "type": "default",
    "components": [
        {"type": "text", "id": "intro", "text": "## 办理\n请 **核实** {{worker}} 的诉求。"},
        field("textfield", "worker", "职工", readonly=True),
        field("textfield", "phone", "联系电话", **need(validationType="phone")),
        field("radio", "result", "核实结果", values=RESULT, **need()),
        AMOUNT,
        REASON,
        field("checklist", "measures", "措施", values=MEASURES),
        field("textarea", "opinion", "办理意见", **need(minLength=5, maxLength=50)),
        {"type": "datetime", "subtype": "date", "dateLabel": "约谈日期", "key": "meet", "id": "m"},
        CONTACT,
        PEOPLE,
        {"type": "button", "label": "提交", "id": "b"},
    ],
}
GOOD = {
    "phone": "13800000001",
    "result": "solved",
    "amount": "1,200.50",
    "opinion": "已与企业协商一致",
    "people.0.name": "王某",
}


def bound(schema=HANDLE, posted=None, data=None, scope=None, files=None):
    many = None if posted is None else MultiDict(posted)
    return forms.bind(forms.parse(schema), data=data, posted=many, scope=scope, files=files)


def one(component: dict, *values: str, data=None):
    """Bind a form of one component with one posted value."""
    form = bound({"components": [component]}, [(component["key"], v) for v in values], data)
    form.validate()
    return form


def said(form) -> list[str]:
    return [error.message for error in form.error_list()]
