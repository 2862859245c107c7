"""Whatever a schema or a browser holds: a refusal or an answer, never a stack trace."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from engine import forms
from engine.errors import ExpressionError
from engine.forms.schema import SUPPORTED

SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 5), st.floats(), st.text(max_size=8),
    st.sampled_from(["=a", "=a > 1", "=(", "a", "b", "p", "true", "1e999", "{{a}}", "=a.b", "("]),
)  # fmt: skip
JUNK = st.one_of(
    SCALARS,
    st.lists(SCALARS, max_size=3),
    st.dictionaries(st.sampled_from(["value", "label", "hide", "x"]), SCALARS, max_size=3),
)
NAMES_OF_PROPERTIES = (
    "label dateLabel values valuesKey valuesExpression conditional validate readonly disabled "
    "defaultValue decimalDigits subtype text dataSource columns properties defaultRepetitions "
    "allowAddRemove disallowPassedDates multiple accept id"
)
PROPERTIES = st.fixed_dictionaries({}, optional=dict.fromkeys(NAMES_OF_PROPERTIES.split(), JUNK))
NAMES_OF_RULES = "required min max minLength maxLength pattern validationType"
RULES = st.dictionaries(st.sampled_from(NAMES_OF_RULES.split()), SCALARS)


def components(below: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    kinds = st.one_of(st.sampled_from(sorted(SUPPORTED)), JUNK)
    keys = st.one_of(st.sampled_from(["a", "b", "p"]), JUNK)
    head = st.fixed_dictionaries({"type": kinds, "key": keys, "path": keys, "components": below})
    return st.builds(
        lambda one, two, rules: {**one, **({"validate": rules} if rules else {}), **two},
        head,
        PROPERTIES,
        RULES,
    )


SCHEMAS = st.recursive(
    JUNK, lambda below: st.lists(components(below), max_size=4), max_leaves=5
).map(lambda found: {"components": found})
NAMES = st.from_regex(r"\A(a|b|p|_)(\.(a|b|p|0|1|99|add|remove)){0,3}\Z")
POSTS = st.lists(st.tuples(NAMES, st.text(max_size=12)), max_size=8)
RELAXED = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)


@RELAXED
@given(SCHEMAS)
def test_any_schema_can_be_checked(schema):
    assert all(problem.message for problem in forms.lint(schema))


@RELAXED
@given(SCHEMAS, POSTS, st.dictionaries(st.sampled_from(["a", "b", "p"]), JUNK))
def test_a_schema_without_problems_can_be_bound_to_anything(schema, post, data):
    problems = [problem for problem in forms.lint(schema) if problem.severity == "error"]
    try:
        parsed = forms.parse(schema)
    except ExpressionError:
        assert problems
        return
    form = forms.bind(parsed, data=data, posted=MultiDict(post), scope=data)
    form.validate()
    again = forms.bind(parsed, data=data, posted=forms.posted(form.values()), scope=data)
    assert again.values().keys() == form.values().keys()
    assert form.variables().keys() <= {component.key for component, _ in parsed.walk()}
