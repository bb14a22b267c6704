"""What numbers are measured in. Hands on :class:`Unit`, :class:`Money`, :class:`Rates` and :class:`Quantity`."""

from bizops.units.money import Money, Rates
from bizops.units.names import CURRENCIES, NOUNS
from bizops.units.quantity import Quantity
from bizops.units.unit import ONE, Unit

__all__ = ["CURRENCIES", "NOUNS", "ONE", "Money", "Quantity", "Rates", "Unit"]
