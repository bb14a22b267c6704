"""The names that units are written with."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

TIME = "s"
DATA = "B"
PERCENT = Fraction(1, 100)

TIME_SCALES: Mapping[str, Fraction] = {
    "s": Fraction(1),
    "ms": Fraction(1, 1000),
    "us": Fraction(1, 1_000_000),
    "ns": Fraction(1, 1_000_000_000),
    "min": Fraction(60),
    "h": Fraction(3600),
    "d": Fraction(86_400),
    "week": Fraction(604_800),
}
"""Lengths in seconds. A month, a quarter and a year have no fixed length and are therefore no units."""

CALENDAR_LENGTHS = frozenset({"month", "months", "quarter", "quarters", "year", "years"})
"""Words that people write as units and that cannot be one."""

DATA_SCALES: Mapping[str, Fraction] = {
    "B": Fraction(1),
    "kB": Fraction(10**3),
    "MB": Fraction(10**6),
    "GB": Fraction(10**9),
}
"""Sizes in bytes, decimal as in SI."""

_NOUNS = (
    "person fte customer order case event item row point call score employee branch day_count visit session "
    "request span"
)
NOUNS: frozenset[str] = frozenset(_NOUNS.split())
"""Things that are counted in every workspace; a term with `unit: true` adds another."""

_ACTIVE = (
    "AED AFN ALL AMD AOA ARS AUD "
    "AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF "
    "DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK "
    "JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR "
    "MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR "
    "SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED "
    "VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG"
)
_WITHDRAWN = "ANG BGN BYR CUC HRK LTL MRO SLL STD VEF ZWL"
CURRENCIES: frozenset[str] = frozenset(f"{_ACTIVE} {_WITHDRAWN}".split())
"""ISO 4217: the codes in circulation in 2026, and those withdrawn since 2015, in which past amounts are still written.

Metals, test and fund codes are left out: nobody reports in them.
"""
