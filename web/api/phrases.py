"""What each route does, in Chinese: made from its method and path, which follow one grammar."""

from __future__ import annotations

#: First part of the path → (what it is called, what an item of it is called).
GROUPS: dict[str, tuple[str, str]] = {
    "deployment": ("部署", "部署"),
    "process-definition": ("流程定义", "流程定义"),
    "process-instance": ("流程实例", "实例"),
    "execution": ("执行（令牌）", "执行"),
    "task": ("待办任务", "任务"),
    "external-task": ("外部任务", "外部任务"),
    "variable-instance": ("变量", "变量"),
    "message": ("消息", "消息"),
    "signal": ("信号", "信号"),
    "condition": ("条件", "条件"),
    "modification": ("批量调整", "调整"),
    "migration": ("版本迁移", "迁移计划"),
    "batch": ("批处理", "批处理"),
    "job": ("作业", "作业"),
    "job-definition": ("作业定义", "作业定义"),
    "incident": ("异常", "异常"),
    "event-subscription": ("事件订阅", "订阅"),
    "decision-definition": ("决策", "决策"),
    "decision-requirements-definition": ("决策关系图", "关系图"),
    "history": ("历史", "记录"),
    "identity": ("身份", "身份"),
    "user": ("用户", "用户"),
    "group": ("候选组", "候选组"),
    "tenant": ("租户", "租户"),
    "authorization": ("权限", "权限"),
    "metrics": ("计量", "计量"),
    "engine": ("引擎", "引擎"),
    "version": ("版本", "版本"),
    "openapi": ("接口文档", "文档"),
}
#: Second part of `/history/…`.
RECORDS = {
    "activity-instance": "环节经过", "decision-instance": "决策记录", "detail": "变量明细",
    "external-task-log": "外部任务日志", "identity-link-log": "办理人日志", "incident": "异常记录",
    "job-log": "作业日志", "process-definition": "流程统计", "process-instance": "实例记录",
    "task": "任务记录", "user-operation": "操作日志", "variable-instance": "变量记录",
    "batch": "批处理记录",
}  # fmt: skip
#: Last fixed part of the path → what is done, where the method makes no difference.
DEEDS = {
    "cleanable-process-instance-report": "查看可清理的实例", "report": "统计报表",
    "static-called-process-definitions": "查看调用的流程",
    "create": "新建", "redeploy": "重新部署", "resources": "查看文件名", "data": "下载内容",
    "xml": "查看原文件", "diagram": "查看流程图（SVG）", "start": "发起",
    "restart": "重新发起", "restart-async": "重新发起（批处理）", "submit-form": "提交表单",
    "startForm": "查看发起表单", "deployed-start-form": "下载发起表单",
    "form-variables": "查看表单字段", "history-time-to-live": "设置历史保存天数",
    "statistics": "统计", "activity-instances": "查看令牌所在环节", "modification": "调整令牌",
    "modification-async": "调整令牌（批处理）", "suspended": "暂停或恢复",
    "suspended-async": "批量暂停或恢复（批处理）", "delete": "批量删除",
    "variables-async": "批量设置变量（批处理）", "message-async": "批量发送消息（批处理）",
    "job-retries": "批量设置重试次数（批处理）",
    "delete-historic-query-based": "按历史条件批量删除（批处理）",
    "job-retries-historic-query-based": "按历史条件批量设置重试次数（批处理）",
    "registered": "列出已登记的部署",
    "create-incident": "报告异常",
    "signal": "推进令牌", "trigger": "交付消息", "messageSubscriptions": "查看等待的消息",
    "execute": "执行", "executeAsync": "执行（批处理）", "generate": "生成", "validate": "校验",
    "evaluate": "求值", "retries": "设置重试次数", "duedate": "设置到期时间",
    "recalculate": "重新计算到期时间", "priority": "设置优先级", "jobPriority": "设置优先级",
    "stacktrace": "查看错误堆栈", "fetchAndLock": "领取并锁定", "complete": "完成",
    "failure": "报告失败", "bpmnError": "抛出业务错误", "bpmnEscalation": "抛出升级",
    "extendLock": "延长锁定", "unlock": "解除锁定", "lock": "锁定", "errorDetails": "查看错误详情",
    "error-details": "查看错误详情", "topic-names": "列出主题", "claim": "签收",
    "unclaim": "退回待签收", "delegate": "委托", "resolve": "办结委托", "assignee": "指定办理人",
    "form": "查看表单", "deployed-form": "下载表单", "rendered-form": "查看表单页面",
    "sum": "合计", "candidate-group-count": "按候选组统计", "comment": "备注",
    "attachment": "附件", "subtasks": "列出子任务", "sourceTask": "来源",
    "groups": "查看所属候选组", "verify": "核对接口账号的密码", "profile": "查看用户称呼",
    "check": "查看是否有权限",
}  # fmt: skip
#: Parts that only say by what an item is found.
KEYS = ("key", "tenant-id")
#: What can be read and written below an item.
THINGS = {
    "variables": "变量", "localVariables": "局部变量", "identity-links": "相关人员",
    "annotation": "批注", "comment": "备注", "attachment": "附件",
}  # fmt: skip
#: What Camunda 7 has and is deliberately not offered here: what, why.
NOT_OFFERED = {
    "/authorization": "权限由岗位决定，不由接口发放；只有 check 可以查询自己的令牌。",
    "/filter": "没有保存的任务筛选：每次查询写出条件。",
    "/user, /group, /tenant": "只能查询，不能修改：账号和岗位由管理员维护。"
    "用户要按编号或候选组查询，不提供全部人员的名单，也不提供按姓名、邮箱的查找；没有租户。",
    "/identity/password-policy": "人员只在网页登录，密码规则不经接口公布。",
    "/metrics": "只有 /metrics/{name}/sum，统计实例、决策和作业；没有分段的列表，不能清除。",
    "/history": "历史不能经接口改写：不能删除单个变量、决策或日志，不能设置清除时间，不能启动清理；"
    "保存多久由流程图的 historyTimeToLive 决定。",
    "/case-definition, /case-instance, /case-execution": "不执行 CMMN。",
    "/schema/log, /telemetry": "数据库版本由迁移管理；不向外发送使用数据。",
}
METHODS = {"GET": "查看", "PUT": "设置", "POST": "修改", "DELETE": "删除"}
OWN = {
    ("POST", "message"): "发送消息",
    ("POST", "signal"): "广播信号",
    ("POST", "condition"): "按条件发起",
    ("GET", "version"): "查看接口版本",
    ("GET", "engine"): "列出引擎",
    ("GET", "openapi"): "下载接口文档",
}


def group(path: str) -> str:
    """Return the group a path belongs to: its first part."""
    return path.strip("/").partition("/")[0].removesuffix(".json")


def title(method: str, path: str) -> str:
    """Return what a route does."""
    parts = path.strip("/").removesuffix(".json").split("/")
    if (method, parts[0]) in OWN and len(parts) == 1:
        return OWN[method, parts[0]]
    noun = GROUPS[parts[0]][1]
    if parts[0] == "history" and len(parts) > 1:
        noun = RECORDS.get(parts[1], noun)
        parts = parts[1:]
    fixed = [part for part in parts[1:] if not part.startswith("<") and part not in KEYS]
    thing = next((THINGS[part] for part in fixed if part in THINGS), None)
    if thing is not None:
        return _of_thing(method, noun, thing, parts)
    if not fixed:
        return _plain(method, noun, one=len(parts) > 1, by_key="key" in parts)
    if fixed[-1] == "count":
        return f"统计{noun}数量" + ("（按条件）" if method == "POST" else "")
    what = f"：{noun}" if path.startswith("/history/") else ""
    which = "（按标识，最新版）" if "key" in parts else ""
    return f"{DEEDS.get(fixed[-1], METHODS[method])}{what}{which}"


def _plain(method: str, noun: str, *, one: bool, by_key: bool) -> str:
    if not one:
        return f"按条件查询{noun}" if method == "POST" else f"查询{noun}"
    which = "（按标识，最新版）" if by_key else ""
    return f"{METHODS[method]}一个{noun}{which}"


def _of_thing(method: str, noun: str, thing: str, parts: list[str]) -> str:
    if parts[-1] == "data":
        return f"下载{noun}的{thing}内容"
    if parts[-1] == "delete":
        return f"删除{noun}的{thing}"
    if parts[-1] == "create":
        return f"新增{noun}的{thing}"
    if method == "POST" and thing == "相关人员":
        return f"新增{noun}的{thing}"
    one = "一个" if parts[-1].startswith("<") else ""
    return f"{METHODS[method]}{noun}的{one}{thing}"
