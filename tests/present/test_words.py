"""The glossary and the palette: what a word means, who has agreed, and the way to it by a few letters."""

from __future__ import annotations

import pytest

from bizops.model import Model, read_model
from bizops.present.glossary import entries
from bizops.present.palette import search

YAML = """
teams: {sales: {title: {en: Sales, de: Vertrieb}, side: business}, shop_it: {title: Shop IT, side: it}}
services: {shop: {title: {en: Shop, de: Laden}, team: shop_it}}
sources: {orders: {columns: {id: text, at: timestamp}, key: [id], time: at}}
kpis:
  orders_placed: {title: {en: Orders placed, de: Aufträge}, kind: measure, over: orders, value: count(), unit: order,
                  owners: {business: sales, it: shop_it}}
  order_value: {title: Value of an order, kind: measure, over: orders, value: count()}
terms:
  order: {title: {en: Order, de: Auftrag}, synonyms: [purchase, Bestellung], means: [orders_placed, shop],
          agreed_by: [sales], owner: sales, unlike: [offer]}
  offer: {title: {en: Offer, de: Angebot}, agreed_by: [sales]}
"""


@pytest.fixture(scope="module")
def model() -> Model:
    return read_model({"model/model.yaml": YAML})


def test_terms_come_in_the_order_of_the_alphabet_of_their_language(model: Model) -> None:
    assert [entry.title for entry in entries(model, "en")] == ["Offer", "Order"]
    assert [entry.title for entry in entries(model, "de")] == ["Angebot", "Auftrag"]


def test_a_term_is_approved_when_all_agreed_who_answer_for_what_it_means(model: Model) -> None:
    offer, order = entries(model, "en")
    assert (offer.approved, offer.open_with) == (True, ())
    assert (order.approved, [team.team for team in order.open_with]) == (False, ["shop_it"])


def test_a_term_names_its_owner_what_it_is_tied_to_and_what_it_is_not(model: Model) -> None:
    _, order = entries(model, "en")
    assert order.owner is not None
    assert (order.owner.title, [other.name for other in order.unlike]) == ("Sales", ["offer"])
    assert [(tied.kind, tied.title) for tied in order.means] == [("kpi", "Orders placed"), ("service", "Shop")]


@pytest.mark.parametrize(
    ("letters", "first"),
    [
        ("order", "order"),
        ("ORDER", "order"),
        ("auftr", "orders_placed"),
        ("bestell", "order"),
        ("pl", "orders_placed"),
        ("val ord", "order_value"),
        ("laden", "shop"),
        ("purchse", "order"),
        ("vertrieb", "sales"),
        ("scorec", "scorecard"),
    ],
)
def test_a_few_letters_find_it_in_either_language_and_with_a_slip(model: Model, letters: str, first: str) -> None:
    assert search(model, letters, "en")[0].id == first


def test_what_is_nowhere_is_not_found_and_nothing_is_shown_twice(model: Model) -> None:
    assert search(model, "zzzz", "en") == []
    hits = search(model, "o", "en")
    assert len({(hit.kind, hit.id) for hit in hits}) == len(hits) <= 20
