"""What the lists of the registration form offer: (value, label), in the office's words."""

from processes.appeals import codes

Options = tuple[tuple[str, str], ...]

#: What comes in online needs no registration; 12345 and 信访 come by their sheet.
CHANNELS: Options = tuple(
    item for item in codes.CHANNELS.items() if item[0] not in ("online", "h12345", "letters")
)
KINDS: Options = tuple(codes.KINDS.items())
MODES: Options = tuple(codes.IDENTITIES.items())
URGENCIES: Options = tuple(codes.URGENCIES.items())
LEGAL_STAGES: Options = tuple(codes.LEGAL_STAGES.items())
#: What can be said on the spot; the other conclusions need a case of their own.
CONCLUSIONS: Options = tuple(
    (code, codes.CONCLUSIONS[code]) for code in ("support", "explain", "deny")
)
#: On the spot the clerk asks; “not rated” is for those who cannot be asked.
SATISFACTION: Options = tuple(item for item in codes.SATISFACTIONS.items() if item[0] != "none")
#: Numbered as the office does: typing the number finds it.
CATEGORIES: Options = tuple(
    (code, f"{code} {name}") for code, name in codes.CATEGORIES.items() if code != "00"
)
SOURCES: Options = (("h12345", "12345 热线"), ("letters", "信访"), ("dept", "其他部门"))
STATES = codes.STATUSES
TITLES = {
    "channel": "渠道",
    "kind": "类型",
    "category": "类别",
    "content": "诉求内容",
    "phone": "联系电话",
    "name": "姓名",
    "identity_mode": "反映方式",
    "street": "街道",
    "community": "社区、园区",
    "employer_name": "涉及单位",
    "title": "标题",
    "demand": "具体请求",
    "persons_affected": "涉及人数",
    "occurred_on": "发生日期",
    "amount": "涉及金额",
    "urgency": "紧急程度",
    "legal_stage": "法定程序",
    "reply_content": "答复内容",
    "reply_basis": "依据",
    "conclusion": "结论",
    "satisfaction": "满意度",
    "source": "来源",
    "files": "附件",
}
