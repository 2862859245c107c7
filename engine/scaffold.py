"""`huiyin new`: a copied folder is a new process.

Only the analyst's files are copied; the handlers stay where they are and are called by
the same names. Keys of processes, decisions and forms belong to one bundle, and a message
starts one process: each gets the new bundle's name in front, and what refers to it follows.
"""

from __future__ import annotations

import re
from pathlib import Path

from lxml import etree

from engine import bundles
from engine.bpmn import admit, definition, importing
from engine.decisions import parse as parse_decisions

#: Attributes that name a process, a decision or a form.
REFERENCES = ("calledElement", "decisionRef", "formRef", "formKey", "processRef", "bpmnElement")


def copy(source: Path, target: Path) -> dict[str, str]:
    """Copy a bundle's analyst files under new keys; return old key → new key."""
    bundle = bundles.read(source)
    names = _keys(bundle) | _starting_messages(bundle)
    renamed = {old: f"{target.name}_{old}" for old in sorted(names)}
    for name, content in bundle.files.items():
        folder, _, file = name.rpartition("/")
        stem, dot, suffix = file.rpartition(".")
        fresh = f"{renamed.get(stem, stem)}{dot}{suffix}" if suffix == "form" else file
        path = target / folder / fresh
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_rename(name, content, renamed, target.name))
    (target / "README.md").write_text(
        f"# {target.name}\n\nCopied from `{source.name}`; handlers are shared with it.\n", "utf-8"
    )
    return renamed


def _keys(bundle: bundles.Bundle) -> set[str]:
    keys: set[str] = set()
    for content in bundle.of(".bpmn").values():
        keys.update(definition.process_ids(importing.read(content).root))
    for content in bundle.of(".dmn").values():
        keys.update(parse_decisions(content).decisions)
    keys.update(name.rpartition("/")[2].removesuffix(".form") for name in bundle.of(".form"))
    return keys


def _starting_messages(bundle: bundles.Bundle) -> set[str]:
    """Return the messages that start a process: two processes cannot share one."""
    roots = [importing.read(content).root for content in bundle.of(".bpmn").values()]
    return {
        start.name
        for root in roots
        for key in definition.process_ids(root)
        for start in definition.describe(root, key).starts
        if start.kind == "message"
    }


def _rename(name: str, content: bytes, renamed: dict[str, str], title: str) -> bytes:
    if name.endswith((".bpmn", ".dmn")):
        diagram = name.endswith(".bpmn")
        root = importing.read(content).root if diagram else etree.fromstring(content, admit.PARSER)
        return _rename_xml(root, renamed)
    text = content.decode()
    if name == "bundle.toml":
        return re.sub(r'(?m)^title\s*=\s*".*"$', f'title = "{title}"', text).encode()
    if name.endswith(".toml"):
        for old, fresh in renamed.items():
            text = re.sub(
                rf'(?m)^(process|message)(\s*=\s*)"{re.escape(old)}"$', rf'\1\2"{fresh}"', text
            )
        return text.encode()
    for old, fresh in renamed.items():
        text = re.sub(rf'("id"\s*:\s*)"{re.escape(old)}"', rf'\1"{fresh}"', text)
    return text.encode()


def _rename_xml(root: etree._Element, renamed: dict[str, str]) -> bytes:
    for node in root.iter():
        if not isinstance(node.tag, str):
            continue
        local = str(node.tag).rpartition("}")[2]
        named = {"process": "id", "decision": "id", "message": "name"}.get(local)
        if named and node.get(named) in renamed:
            node.set(named, renamed[str(node.get(named))])
        for attribute, value in node.attrib.items():
            bare = str(attribute).rpartition("}")[2]
            if bare in REFERENCES and value in renamed:
                node.set(attribute, renamed[str(value)])
            elif bare in ("href", "dmnElementRef") and str(value).lstrip("#") in renamed:
                fresh = renamed[str(value).lstrip("#")]
                node.set(attribute, f"#{fresh}" if str(value).startswith("#") else fresh)
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)
