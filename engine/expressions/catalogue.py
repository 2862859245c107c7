"""The built-in functions for people: what each does in one sentence, with an example.

The studio lists them; a test computes every example.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from engine.expressions.builtins import REGISTRY


@dataclass(frozen=True, slots=True)
class Help:
    """What a person reads about one function."""

    name: str
    #: Each way to call it: `substring(string, start position, length)`.
    signatures: list[str]
    text: str
    example: str


_TEXTS: Final = """
abs | 绝对值，也用于时长 | abs(-3)
and | 同 all（DMN 1.1 的名称） | and([true, false])
after | 第一个在第二个之后（时间点或区间） | after(10, [1..5])
all | 全部为真才为真 | all([true, false])
any | 任一为真即为真 | any([true, false])
append | 在列表末尾加入各项 | append([1], 2, 3)
assert | 条件成立时返回该值，否则报错 | assert(5, true)
before | 第一个在第二个之前（时间点或区间） | before(1, [2..5])
ceiling | 向上取整，可指定小数位 | ceiling(1.21, 1)
coincides | 两者相同（时间点或区间） | coincides([1..2], [1..2])
concatenate | 连接几个列表 | concatenate([1], [2, 3])
contains | 文字是否包含另一段文字 | contains("劳动报酬", "报酬")
context | 由“键、值”列表组成对象 | context([{key: "a", value: 1}])
context merge | 合并几个对象，后者优先 | context merge([{a: 1}, {b: 2}])
context put | 对象里设一个键的值 | context put({a: 1}, "b", 2)
count | 列表的项数 | count([1, 2, 3])
date | 由文字或年、月、日得到日期 | date("2026-03-01")
date and time | 由文字或日期加时间得到日期时间 | date and time("2026-03-01T08:30:00")
day of week | 星期几（英文） | day of week(date("2026-03-02"))
day of year | 一年中的第几天 | day of year(date("2026-02-01"))
decimal | 四舍六入五成双到指定小数位 | decimal(1/3, 2)
distinct values | 去掉重复的项 | distinct values([1, 2, 1])
duplicate values | 出现不止一次的项 | duplicate values([1, 2, 1])
duration | 由文字得到时长 | duration("P1DT2H")
during | 第一个在第二个区间之内 | during(3, [1..5])
ends with | 文字是否以某段文字结尾 | ends with("诉求", "求")
even | 是否偶数 | even(4)
exp | 自然指数 | exp(0)
extract | 找出符合正则表达式的各段文字 | extract("a1b22", "[0-9]+")
finished by | 区间是否以某点或某区间结束 | finished by([1..5], 5)
finishes | 某点或某区间是否在区间的末端 | finishes(5, [1..5])
flatten | 把嵌套的列表摊平 | flatten([1, [2, [3]]])
floor | 向下取整，可指定小数位 | floor(1.29, 1)
get entries | 对象的“键、值”列表 | get entries({a: 1})
get or else | 没有值时取后备值 | get or else(null, 0)
get value | 按键（或一串键）取值 | get value({a: {b: 1}}, ["a", "b"])
includes | 区间是否包含某点或某区间 | includes([1..5], 3)
index of | 某值在列表中的各个位置 | index of([1, 2, 1], 1)
insert before | 在某位置之前插入一项 | insert before([1, 3], 2, 2)
is | 类型与值都相同 | is(1, 1)
is blank | 文字是否全为空白 | is blank(" ")
is defined | 是否有值 | is defined(null)
is empty | 是否为空（文字、列表、对象或空值） | is empty([])
last day of month | 当月最后一天 | last day of month(date("2026-02-10"))
list contains | 列表是否包含某值 | list contains([1, 2], 2)
list replace | 替换列表中的一项 | list replace([1, 9], 2, 2)
log | 自然对数 | log(1)
lower case | 转小写 | lower case("AB")
matches | 是否符合正则表达式 | matches("13800000000", "^1[0-9]{10}$")
max | 最大值 | max(1, 3, 2)
mean | 平均值 | mean([1, 2, 3])
median | 中位数 | median([1, 5, 2])
meets | 第一个区间的末端恰是第二个的始端 | meets([1..2], [2..3])
met by | 第一个区间的始端恰是第二个的末端 | met by([2..3], [1..2])
min | 最小值 | min(1, 3, 2)
mode | 出现最多的数 | mode([1, 2, 2])
modulo | 余数，符号与除数相同 | modulo(7, 3)
month of year | 月份（英文） | month of year(date("2026-03-01"))
not | 取反 | not(true)
now | 现在（东八区） | now()
number | 由文字得到数字，可指定千位符和小数点 | number("1,000.5", ",", ".")
odd | 是否奇数 | odd(3)
or | 同 any（DMN 1.1 的名称） | or([true, false])
overlaps | 两个区间是否有重叠 | overlaps([1..3], [2..5])
overlaps after | 第一个区间越过第二个的末端 | overlaps after([2..5], [1..3])
overlaps before | 第一个区间早于第二个开始并与它重叠 | overlaps before([1..3], [2..5])
partition | 把列表按大小分成几份 | partition([1, 2, 3], 2)
product | 各数之积 | product([2, 3])
put | 同 context put | put({a: 1}, "b", 2)
put all | 同 context merge | put all({a: 1}, {b: 2})
range | 由文字得到区间 | range("[1..5)")
remove | 去掉某位置的项 | remove([1, 2, 3], 2)
replace | 按正则表达式替换，$1 为第一组 | replace("a-b", "-", "/")
reverse | 倒序 | reverse([1, 2, 3])
round | 四舍五入 | round(1.25, 1)
round down | 向零舍去 | round down(1.29, 1)
round half down | 五舍六入 | round half down(1.25, 1)
round half up | 四舍五入 | round half up(1.25, 1)
round up | 远离零进位 | round up(1.21, 1)
sort | 排序，可给出谁在前的函数 | sort([3, 1, 2], function(a, b) a > b)
split | 按正则表达式切分文字 | split("a;b", ";")
sqrt | 平方根 | sqrt(16)
started by | 区间是否以某点或某区间开始 | started by([1..5], 1)
starts | 某点或某区间是否在区间的始端 | starts(1, [1..5])
starts with | 文字是否以某段文字开头 | starts with("诉求", "诉")
stddev | 样本标准差 | stddev(2, 4)
string | 写成文字 | string(1.5)
string join | 用分隔符连接文字列表 | string join(["a", "b"], "、")
string length | 文字的字数 | string length("回音")
sublist | 取列表的一段 | sublist([1, 2, 3], 2, 2)
substring | 取文字的一段，从 1 数起 | substring("诉求登记", 3)
substring after | 某段文字之后的部分 | substring after("a-b", "-")
substring before | 某段文字之前的部分 | substring before("a-b", "-")
sum | 各数之和，也用于时长 | sum([1, 2, 3])
time | 由文字或时、分、秒得到时间 | time("08:30:00")
today | 今天（东八区） | today()
trim | 去掉首尾空白 | trim(" a ")
union | 合并几个列表并去重 | union([1, 2], [2, 3])
upper case | 转大写 | upper case("ab")
week of year | 一年中的第几周（ISO 8601） | week of year(date("2026-03-01"))
years and months duration | 相隔的整月数 | years and months duration(@"2026-01-01", today())
"""


def functions() -> list[Help]:
    """Return every built-in function, by name."""
    told = [line.split(" | ") for line in _TEXTS.strip().splitlines()]
    return [Help(name, _signatures(name), text, example) for name, text, example in told]


def _signatures(name: str) -> list[str]:
    return [f"{name}({', '.join(signature.labels)})" for signature in REGISTRY[name]]
