"""The document of the API and its page: sound, complete, and nothing from elsewhere."""

from __future__ import annotations

import re

from asked import BASE, Asked
from jsonschema import Draft202012Validator


def test_every_schema_is_sound_and_every_reference_leads_somewhere(asked: Asked) -> None:
    document = asked.document
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
        assert schema["description"]
    named = {
        name.rpartition("/")[2]
        for name in re.findall(r'"\$ref": "([^"]+)"', asked.served.ask(BASE + "/openapi.json").text)
    }
    named |= set(re.findall(r"#/components/schemas/(\w+)", str(document)))
    assert named == set(document["components"]["schemas"])


def test_every_operation_says_what_it_does_and_how_it_refuses(asked: Asked) -> None:
    names = []
    for path, methods in asked.document["paths"].items():
        for told in methods.values():
            names.append(told["operationId"])
            assert told["summary"].endswith((".", "topics; a comment every 15 seconds.")), path
            assert {"400", "403", "503"} <= set(told["responses"])
            in_path = {one["name"] for one in told["parameters"] if one["in"] == "path"}
            assert in_path == set(re.findall(r"{(\w+)}", path))
    assert len(set(names)) == len(names)


def test_the_page_tells_every_operation_without_script_or_anything_from_elsewhere(asked: Asked) -> None:
    page = asked.served.ask(BASE + "/docs")
    for path, methods in asked.document["paths"].items():
        assert path in page.text
        for told in methods.values():
            assert f'id="{told["operationId"]}"' in page.text
    assert not re.search(r"<script|<link|<img|https?://|javascript:| on\w+=", page.text)
    assert page.headers["content-security-policy"].startswith("default-src 'none'; style-src 'sha256-")
    assert set(re.findall(r'href="#([^"]+)"', page.text)) <= set(re.findall(r'id="([^"]+)"', page.text))
