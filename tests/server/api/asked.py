"""Asks a served workspace, and holds every answer against what the OpenAPI document says of it."""

from __future__ import annotations

import json
import re
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from jsonschema import Draft202012Validator

from serving import Answer, Served

BASE = "/api/v1"


class Asked:
    """A client that trusts nothing."""

    def __init__(self, served: Served) -> None:
        self.served = served

    @cached_property
    def document(self) -> dict[str, Any]:
        """The OpenAPI document."""
        document: dict[str, Any] = self.served.ask(f"{BASE}/openapi.json").json
        return document

    def get(self, path: str, status: int = 200, **query: Any) -> Any:
        """The JSON of a page that has to answer with that status, in the form that was promised."""
        return self.ask(path, query=query, status=status).json

    def ask(
        self,
        path: str,
        method: str = "GET",
        body: object = None,
        query: dict[str, Any] | None = None,
        status: int = 200,
        **headers: str,
    ) -> Answer:
        """An answer, held against its promise."""
        asked = BASE + path + (f"?{urlencode(query, doseq=True)}" if query else "")
        if body is not None:
            headers.setdefault("Content_Type", "application/json")
        sent = None if body is None else json.dumps(body).encode()
        answer = self.served.ask(asked, method, sent, **headers)
        assert answer.status == status, answer.text
        self.holds(path, method, answer)
        return answer

    def holds(self, path: str, method: str, answer: Answer) -> None:
        """Whether an answer is as the document says: its status, its media type, its form."""
        told = self._operation(path, method)
        if told is None:
            return
        promised = told["responses"][str(answer.status)]
        if not answer.body:
            assert "content" not in promised or answer.status == 304
            return
        media = answer.headers["content-type"].partition(";")[0]
        schema = promised["content"][media]["schema"]
        if media.endswith("json"):
            whole = {**schema, "components": self.document["components"]}
            Draft202012Validator(whole).validate(answer.json)

    def _operation(self, path: str, method: str) -> Any:
        found = [
            methods[method.lower()]
            for template, methods in self.document["paths"].items()
            if method.lower() in methods and re.fullmatch(_pattern(template), BASE + path)
        ]
        return found[0] if found else None


def _pattern(template: str) -> str:
    return "".join(
        ".+" if part == "{path}" else "[^/]+" if part.startswith("{") else re.escape(part)
        for part in re.split(r"(\{\w+\})", template)
    )
