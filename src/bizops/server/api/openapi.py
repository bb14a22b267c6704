"""The OpenAPI document, put together from the operations: what is not in it is not served."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from bizops.server.api.operations import PREFIX, Operation
from bizops.server.api.parameters import MOST_CHARACTERS
from bizops.server.api.problems import MEDIA, ProblemAnswer
from bizops.server.api.schemas import Schema, components, schema_of
from bizops.server.authorize import Action
from bizops.version import VERSION

_REFUSED = {
    400: "The request is not as this document says.",
    401: "Sign in first.",
    403: "Not allowed.",
    404: "There is no such thing, or no data of it.",
    409: "It has changed meanwhile.",
    412: "It has changed since it was read.",
    413: "Too large.",
    415: "Not in this form.",
    422: "Well written, but without meaning here; the code says why.",
    428: "Say with If-Match which text is changed.",
    429: "Too much at once.",
    503: "Not now: the model is broken, or the data cannot be read.",
}


def openapi(operations: Sequence[Operation]) -> dict[str, Any]:
    """The document, version 3.1."""
    paths: dict[str, dict[str, Any]] = {}
    for one in operations:
        paths.setdefault(PREFIX + plain_path(one.path), {})[one.method.lower()] = _operation(one)
    kinds = [kind for one in operations for kind in (one.answer, one.body) if kind is not None]
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "bizops",
            "version": VERSION,
            "summary": "One model, one set of numbers, for every program.",
            "description": (
                "Numbers come with the words to show them: `display` is final, in the language of `lang`. Answers to "
                "GET carry an ETag. Lists come in pages: `next` is the `cursor` of the following one. Refusals are "
                "problem+json (RFC 9457) with a stable `code`. Unknown parameters are refused."
            ),
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": group} for group in dict.fromkeys(one.group for one in operations)],
        "paths": paths,
        "components": {"schemas": components([*kinds, ProblemAnswer])},
    }


def plain_path(path: str) -> str:
    """A path without the converters of its placeholders."""
    return "/".join(
        "{" + part[1:-1].partition(":")[0] + "}" if part.startswith("{") else part for part in path.split("/")
    )


def _operation(one: Operation) -> dict[str, Any]:
    told: dict[str, Any] = {
        "operationId": one.name,
        "tags": [one.group],
        "summary": one.summary.partition("\n")[0],
        "parameters": [*_in_path(one), *_in_query(one), *_in_header(one)],
        "responses": _responses(one),
        "x-action": one.action.value,
        "x-resource": one.resource.value,
    }
    if one.body is not None:
        told["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema_of(one.body)}}}
    return told


def _in_path(one: Operation) -> Iterable[Schema]:
    schema = {"type": "string", "minLength": 1, "maxLength": MOST_CHARACTERS}
    return [{"name": name, "in": "path", "required": True, "schema": schema} for name in one.placeholders]


def _in_query(one: Operation) -> Iterable[Schema]:
    found = []
    for parameter in one.parameters:
        told: Schema = {
            "name": parameter.name,
            "in": "query",
            "description": parameter.meaning,
            "required": parameter.required,
            "schema": parameter.schema,
        }
        if parameter.example is not None:
            told["example"] = parameter.example
        found.append(told)
    return found


def _in_header(one: Operation) -> Iterable[Schema]:
    return [
        {
            "name": header.name,
            "in": "header",
            "description": header.meaning,
            "required": header.required,
            "schema": header.schema,
        }
        for header in one.headers
    ]


def _responses(one: Operation) -> dict[str, Any]:
    content: Schema = {"schema": schema_of(one.answer)} if one.answer is not None else {"schema": {"type": "string"}}
    told: dict[str, Any] = {str(one.status): {"description": "Done.", "content": {one.media: content}}}
    if one.status == 204:
        told["204"] = {"description": "Done."}
    if one.tagged:
        told["304"] = {"description": "As the client has it already."}
    refused = {400, 403, 503, *one.statuses}
    refused |= {422} if one.parameters or one.body else set()
    refused |= {404} if one.placeholders or one.parameters else set()
    refused |= {409} if any(parameter.name == "cursor" for parameter in one.parameters) else set()
    refused |= {413, 415} if one.body is not None else set()
    refused |= {401} if one.action is not Action.READ else set()
    for status in sorted(refused):
        schema = schema_of(ProblemAnswer)
        told[str(status)] = {"description": _REFUSED[status], "content": {MEDIA: {"schema": schema}}}
    return told
