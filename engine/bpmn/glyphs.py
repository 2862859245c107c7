"""The small pictures of BPMN: paths on a 16×16 grid, drawn for Huiyin.

Line pictures; `svg` gives them a class and a place. A filled variant is a class, not a path.
"""

TASKS = {
    "userTask": "M8 8.2a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM2.5 13.8c0-3 2.4-4.6 5.5-4.6s5.5 1.6 5.5 4.6Z",
    "manualTask": (
        "M3 9V5.5a1 1 0 0 1 2 0V8M5 7V3.5a1 1 0 0 1 2 0V8M7 7V3.5a1 1 0 0 1 2 0V8"
        "M9 7.5V5a1 1 0 0 1 2 0v5.500a3.5 3.5 0 0 1-3.5 3.500h-1C4.6 14 3 12 3 9"
    ),
    "serviceTask": (
        "M8 5.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5ZM8 2v2M8 12v2M2 8h2M12 8h2"
        "M3.8 3.800l1.4 1.400M10.8 10.800l1.4 1.400M12.2 3.800l-1.4 1.400M5.2 10.800l-1.4 1.4"
    ),
    "scriptTask": (
        "M4 2.500h9c-2 1.5-2 3.5 0 5.500s2 4 0 5.500H4c2-1.5 2-3.5 0-5.500s-2-4 0-5.500Z"
        "M5.5 5h5M6 8h5M6.5 11h5"
    ),
    "businessRuleTask": "M2 3h12v10H2ZM2 6h12M2 9.5h12M6 6v7",
    "sendTask": "M2 4h12v8H2ZM2 4l6 5 6-5",
    "receiveTask": "M2 4h12v8H2ZM2 4l6 5 6-5",
}

EVENTS = {
    "message": "M2 4.500h12v7H2ZM2 4.500l6 4.5 6-4.5",
    "timer": "M8 1.500a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13ZM8 4v4l3 1.5",
    "error": "M3 12l2.5-7 3.5 4 3-6-2 8-3.5-4Z",
    "signal": "M8 2.500l6 9.500H2Z",
    "escalation": "M8 2l4 11-4-4-4 4Z",
    "conditional": "M4 2h8v12H4ZM5.5 5h5M5.5 8h5M5.5 11h5",
    "link": "M2 6h6V3l6 5-6 5v-3H2Z",
    "terminate": "M8 3a5 5 0 1 0 0 10 5 5 0 0 0 0-10Z",
    "compensate": "M8 4v8L2.5 8ZM13.5 4v8L8 8Z",
    "cancel": "M4 2.500L8 6.500l4-4L13.5 4l-4 4 4 4-1.5 1.5-4-4-4 4L2.5 12l4-4-4-4Z",
    "multiple": "M8 2l6 4.5-2.3 7H4.300L2 6.500Z",
    "parallelMultiple": "M6.5 2h3v4.500H14v3H9.500V14h-3V9.500H2v-3h4.500Z",
}
#: These are drawn filled even when they are caught.
SOLID_EVENTS = frozenset({"terminate"})

#: Gateways, around their centre.
GATEWAYS = {
    "exclusiveGateway": "M-7 -7L7 7M7 -7L-7 7",
    "parallelGateway": "M-10 0H10M0 -10V10",
    "inclusiveGateway": "M0 -10A10 10 0 1 0 0 10A10 10 0 1 0 0 -10",
    "eventBasedGateway": (
        "M0 -11.500A11.5 11.5 0 1 0 0 11.500A11.5 11.5 0 1 0 0 -11.500"
        "M0 -8.500A8.5 8.5 0 1 0 0 8.500A8.5 8.5 0 1 0 0 -8.500"
        "M0 -5.500L5.4 -1.500L3.2 4.600H-3.200L-5.4 -1.500Z"
    ),
    "start": "M0 -11A11 11 0 1 0 0 11A11 11 0 1 0 0 -11M0 -7L7 -1.8L4.3 6.500H-4.300L-7 -1.800Z",
    "parallelStart": "M0 -11A11 11 0 1 0 0 11A11 11 0 1 0 0 -11M-7 0H7M0 -7V7",
    "complexGateway": "M-10 0H10M0 -10V10M-7 -7L7 7M7 -7L-7 7",
}

#: The arrow of data that goes in; filled, of data that comes out.
DATA = "M1 4.500h6v-3l6 5-6 5v-3H1Z"

#: Marks at the foot of an activity, 14 pixels wide.
MARKS = {
    "subprocess": "M2 2h12v12H2ZM8 5v6M5 8h6",
    "parallel": "M4 2v12M8 2v12M12 2v12",
    "sequential": "M2 4h12M2 8h12M2 12h12",
    "loop": "M5.2 13.500A6 6 0 1 1 10 13.700M5.6 9.500v4.200H1.5",
    "compensation": "M8 4v8L2.5 8ZM13.5 4v8L8 8Z",
    "adhoc": "M2 10c1.5-4 4-4 6-2s4.5 2 6-2",
}
