"""Decisions: DMN tables and graphs on the expression kernel.

`parse` a file once, keep the model, `evaluate` a decision with the variables of a process.
Expressions are FEEL; JUEL (`${…}`, or `expressionLanguage="juel"`) is read as well.
"""

from engine.decisions.lint import check
from engine.decisions.model import Decision, DecisionModel
from engine.decisions.parsing import imports_files, parse
from engine.decisions.result import Result

__all__ = ["Decision", "DecisionModel", "Result", "check", "imports_files", "parse"]
