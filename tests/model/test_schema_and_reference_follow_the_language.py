"""The editor schema and the reference are derived from the language, and say what it says."""

from pathlib import Path

import jsonschema
import pytest
from mutations import FILES

from bizops.model.language import SECTIONS, Settings
from bizops.model.nodes import List, Map, Node
from bizops.model.reference import COMMAND, TARGET, reference_text
from bizops.model.schema import model_schema, nested_in, settings_schema
from bizops.model.structures import keys_of
from bizops.model.yaml_reader import read_yaml

_ROOT = Path(__file__).parents[2]
_EXAMPLE_FILES = sorted([*_ROOT.glob("examples/*/bizops.yaml"), *_ROOT.glob("examples/*/model/**/*.yaml")])
_EXAMPLES = {str(path.relative_to(_ROOT)): path.read_text() for path in _EXAMPLE_FILES}


def plain(node: Node | None) -> object:
    if isinstance(node, Map):
        return {key.text: plain(value) for key, value in node.items}
    if isinstance(node, List):
        return [plain(item) for item in node.items]
    return node.value if node else {}


def validator(file: str) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(settings_schema() if file.endswith("bizops.yaml") else model_schema())


@pytest.mark.parametrize("schema", [model_schema(), settings_schema()])
def test_the_schemas_are_schemas(schema: dict[str, object]) -> None:
    jsonschema.Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize(("file", "text"), [*FILES.items(), *_EXAMPLES.items()])
def test_good_files_satisfy_the_schema(file: str, text: str) -> None:
    assert [error.message for error in validator(file).iter_errors(plain(read_yaml(file, text).node))] == []


@pytest.mark.parametrize(
    ("old", "new"),
    [("kind: ratio", "kind: rate"), ("numerator: revenue", "nominator: revenue"), ("decimals: 0", "decimals: 0.5")],
)
def test_bad_files_do_not_satisfy_the_schema(old: str, new: str) -> None:
    text = FILES["model/kpis.yaml"].replace(old, new)
    assert list(validator("model/kpis.yaml").iter_errors(plain(read_yaml("", text).node)))


def test_the_reference_is_up_to_date() -> None:
    assert (_ROOT / TARGET).read_text(encoding="utf-8") == reference_text(), (
        f"Run '{COMMAND}' and look at what changes."
    )


def test_the_reference_names_every_key_with_its_meaning() -> None:
    text = reference_text()
    for cls in nested_in(*SECTIONS.values(), Settings):
        for key in keys_of(cls).values():
            assert f"| `{key.name}` |" in text and key.meaning in text
