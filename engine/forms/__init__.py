"""form-js schemas: what a form shows, what a posted form means, and what is wrong with it."""

from engine.forms.bound import BoundForm, FieldError, bind
from engine.forms.document import load
from engine.forms.fields import Field
from engine.forms.imported import from_form_data
from engine.forms.lint import lint
from engine.forms.posted import Posted, posted
from engine.forms.reading import Option
from engine.forms.schema import Component, FormSchema, parse

__all__ = [
    "BoundForm",
    "Component",
    "Field",
    "FieldError",
    "FormSchema",
    "Option",
    "Posted",
    "bind",
    "from_form_data",
    "lint",
    "load",
    "parse",
    "posted",
]
