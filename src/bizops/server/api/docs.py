"""The API as a page to read: made from its own OpenAPI document, without script and without anything from elsewhere."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from html import escape
from typing import Any

STYLE = """
:root{color-scheme:light dark;--ink:#16202c;--soft:#536172;--back:#fff;--line:#d9dee5;--accent:#1f5fbf}
@media(prefers-color-scheme:dark){:root{--ink:#e8edf3;--soft:#a3b1c2;--back:#0f151c;--line:#2d3947;--accent:#7fb2ff}}
body{margin:0 auto;max-width:64rem;padding:2rem 1.25rem;background:var(--back);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
code{font-size:.9em}h2{margin:2.5rem 0 .5rem;text-transform:capitalize}details{border-top:1px solid var(--line);padding:.5rem 0}
summary{cursor:pointer}summary b{display:inline-block;min-width:4rem;color:var(--accent)}table{border-collapse:collapse;margin:.5rem 0}
td,th{text-align:left;padding:.2rem 1rem .2rem 0;vertical-align:top;border-bottom:1px solid var(--line)}.s{color:var(--soft)}a{color:var(--accent)}
""".strip()  # noqa: E501 -- one rule a line reads worse

POLICY = (
    f"default-src 'none'; style-src 'sha256-{b64encode(sha256(STYLE.encode()).digest()).decode()}'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
"""The page needs its own style and nothing else."""


def docs_page(document: Mapping[str, Any]) -> str:
    """The page of an OpenAPI document."""
    groups = "".join(
        f'<h2 id="{escape(tag["name"])}">{escape(tag["name"])}</h2>{_group(document, tag["name"])}'
        for tag in document["tags"]
    )
    shapes = "".join(_shape(name, schema) for name, schema in document["components"]["schemas"].items())
    info = document["info"]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(info['title'])} API</title><style>{STYLE}</style></head><body><main>"
        f"<h1>{escape(info['title'])} API <small>{escape(info['version'])}</small></h1>"
        f"<p>{_marked(info['description'])}</p>"
        '<p><a href="openapi.json">openapi.json</a></p>'
        f"{groups}<h2>Shapes</h2>{shapes}</main></body></html>"
    )


def _group(document: Mapping[str, Any], group: str) -> str:
    return "".join(
        _operation(method, path, told)
        for path, methods in document["paths"].items()
        for method, told in methods.items()
        if group in told["tags"]
    )


def _operation(method: str, path: str, told: Mapping[str, Any]) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(one['name'])}</code></td><td>{escape(one['in'])}</td>"
        f"<td>{_type(one['schema'])}</td><td>{_marked(one.get('description', ''))}</td></tr>"
        for one in told["parameters"]
    )
    taken = f"<table>{rows}</table>" if rows else ""
    body = told.get("requestBody")
    if body:
        taken += f"<p>Takes {_type(body['content']['application/json']['schema'])}.</p>"
    answers = "".join(
        f"<tr><td>{escape(status)}</td><td>{_contents(answer)}</td><td>{escape(answer['description'])}</td></tr>"
        for status, answer in told["responses"].items()
    )
    name = escape(told["operationId"])
    return (
        f'<details id="{name}"><summary><b>{escape(method.upper())}</b><code>{escape(path)}</code> '
        f'<span class="s">{_marked(told["summary"])}</span></summary>{taken}<table>{answers}</table></details>'
    )


def _contents(answer: Mapping[str, Any]) -> str:
    return ", ".join(
        f"{_type(one['schema'])} <span class=s>{escape(media)}</span>"
        for media, one in answer.get("content", {}).items()
    )


def _shape(name: str, schema: Mapping[str, Any]) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(key)}</code>{'' if key in schema['required'] else '?'}</td><td>{_type(one)}</td></tr>"
        for key, one in schema["properties"].items()
    )
    return (
        f'<details id="shape-{escape(name)}"><summary><code>{escape(name)}</code> '
        f'<span class="s">{_marked(schema["description"])}</span></summary><table>{rows}</table></details>'
    )


def _type(schema: Mapping[str, Any]) -> str:
    """A schema in a few words."""
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        return f'<a href="#shape-{name}">{name}</a>'
    if "anyOf" in schema:
        return " or ".join(_type(one) for one in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(f"<code>{escape(str(one))}</code>" for one in schema["enum"])
    if "prefixItems" in schema:
        return "[" + ", ".join(_type(one) for one in schema["prefixItems"]) + "]"
    if schema.get("type") == "array":
        return f"list of {_type(schema['items'])}"
    if isinstance(schema.get("additionalProperties"), Mapping):
        return f"map to {_type(schema['additionalProperties'])}"
    words = escape(schema.get("type", "anything"))
    if "minimum" in schema:
        words += f" {schema['minimum']} to {schema['maximum']}"
    return words


def _marked(text: str) -> str:
    """A text with its `code` marked."""
    return "".join(
        f"<code>{escape(part)}</code>" if at % 2 else escape(part) for at, part in enumerate(text.split("`"))
    )
