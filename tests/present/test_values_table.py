"""The table of one KPI's values shows what was asked for, and only shows it."""

from __future__ import annotations

from rich.console import Console

from bizops.present.terminal import values_table
from small_workspace import MakeSmall, Small

YAML = """
sources:
  visits: {columns: {id: text, at: timestamp, shop: text, sold: boolean}, key: [id], time: at, since: 2026-01-01}
kpis:
  sold: {kind: measure, over: visits, value: share(sold), unit: "%", direction: up, slices: [shop], title: TITLE}
"""


def visits(shop: str) -> list[dict[str, object]]:
    """Half of January's visits end with a sale, and every one of February's."""
    return [
        {"id": f"{shop}-{month}-{day}", "at": f"2026-{month:02d}-{day:02d}T12:00", "shop": shop, "sold": sold}
        for month, last in ((1, 31), (2, 28))
        for day, sold in ((1, True), (last, month == 2))
    ]


def shown(workspace: Small, **asked: object) -> str:
    """What stands on a terminal of 100 columns."""
    console = Console(width=100, color_system=None)
    answer = workspace.query("sold", **asked)
    with console.capture() as capture:
        console.print(values_table(answer.kpis[0].kpi, answer.of("sold"), "en"))
    return capture.get()


def test_a_few_slices_stand_side_by_side(small: MakeSmall) -> None:
    text = shown(
        small(YAML.replace("TITLE", "Sold"), now="2026-03-01", visits=visits("A") + visits("B")), by=[["shop"]]
    )

    assert text.splitlines()[1].split() == ["period", "A", "B", "note"]


def test_a_comparison_that_was_asked_for_is_shown_for_slices_too(small: MakeSmall) -> None:
    workspace = small(YAML.replace("TITLE", "Sold"), now="2026-03-01", visits=visits("A") + visits("B"))

    assert shown(workspace, by=[["shop"]], compare="previous").count("+50.0 pp") == 2


def test_texts_of_data_and_model_cannot_command_the_terminal(small: MakeSmall) -> None:
    evil = "\x1b]0;taken\x07\u202e"
    yaml = YAML.replace("TITLE", '"\\e[2Jgone"')

    text = shown(small(yaml, now="2026-03-01", visits=visits(evil) + visits("B")), by=[["shop"]])

    assert "\ufffd[2Jgone" in text
    assert "\ufffd]0;taken\ufffd\ufffd" in text
    assert not set(text) & {"\x1b", "\x07", "\u202e"}
