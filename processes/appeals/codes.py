"""The codes of an appeal and what people read for them."""

CATEGORIES = {
    "00": "未分类", "01": "劳动报酬", "02": "劳动合同", "03": "工时休假", "04": "社会保险",
    "05": "职业安全与工伤", "06": "女职工与特殊群体", "07": "生活服务", "08": "子女与家庭",
    "09": "就业与技能", "10": "医疗与互助", "11": "民主管理", "12": "工会工作",
    "13": "新就业形态", "14": "政策建议", "15": "举报与其他",
}  # fmt: skip
CHANNELS = {
    "window": "窗口", "phone": "电话 12351", "online": "网上", "wechat": "微信", "box": "意见箱",
    "reception": "接待日", "council": "议事会", "studio": "工作室", "visit": "走访",
    "rep": "代表委员反映", "h12345": "12345 转办", "letters": "信访转办", "dept": "部门转办",
}  # fmt: skip
KINDS = {
    "consult": "咨询", "help": "求助", "complaint": "投诉", "report": "举报", "suggest": "建议",
}  # fmt: skip
IDENTITIES = {"real": "实名", "hidden": "隐名", "anonymous": "匿名"}
URGENCIES = {"normal": "一般", "urgent": "较急", "critical": "紧急"}
LEGAL_STAGES = {
    "none": "无", "mediation": "调解中", "arbitration": "仲裁中", "litigation": "诉讼中",
    "reconsideration": "行政复议中", "petition": "信访在办",
}  # fmt: skip
CONCLUSIONS = {
    "support": "支持", "explain": "解释说明", "deny": "不予支持", "transferred": "已转办",
    "refused": "不予受理",
}  # fmt: skip
SATISFACTIONS = {
    "satisfied": "满意", "basic": "基本满意", "unsatisfied": "不满意", "none": "未评价",
}  # fmt: skip
STATUSES = {
    "registering": "待补全登记", "triage": "待受理", "following": "随主件办理",
    "handling": "办理中", "promoting": "代表委员推动中", "reviewing": "答复审核中",
    "replied": "已答复", "rework": "二次办理中", "pending": "挂账", "closed": "已办结",
    "refused": "不予受理（已告知）", "legal": "已告知法定途径", "merged": "已合并",
    "withdrawn": "已撤回",
}  # fmt: skip
LEVELS = {
    "L1": "企业工会", "L2": "社区、园区工联会", "L3": "街道总工会", "L3H": "行业工会",
    "L4": "区总工会", "L5": "区级部门", "L6": "市总工会",
}  # fmt: skip
#: Level by level; an industry union stands beside the street.
NEXT_LEVEL = {"L1": "L2", "L2": "L3", "L3": "L4", "L3H": "L4", "L4": "L5", "L5": "L6", "L6": "L6"}
ENDED = frozenset({"closed", "refused", "legal", "merged", "withdrawn"})
ANSWERED = ENDED | {"replied", "rework", "pending"}
