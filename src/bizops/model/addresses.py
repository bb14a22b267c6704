"""Addresses of servers that are asked for data, and secrets that are named and never written down."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from bizops.errors import BizopsError

ENV = "env:"


def flaw_of(url: str) -> str | None:
    """What is wrong with the address of an HTTP server, in a sentence; None when nothing is."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "That is no address."
    if parts.scheme not in ("http", "https") or not host or not (url.isascii() and url.isprintable()) or " " in url:
        return "An address begins with http:// or https:// and the name of a host."
    if parts.username is not None or parts.password is not None:
        return "An address has no user and no password in it."
    if parts.query or parts.fragment:
        return "An address ends before '?' and '#'."
    return None


def from_environment(text: str, env: Mapping[str, str]) -> str:
    """The text itself, or what the environment says under ``env:NAME``."""
    if not text.startswith(ENV):
        return text
    name = text.removeprefix(ENV)
    if not env.get(name):
        raise BizopsError.of("missing-variable", f"The environment variable {name} is not set.")
    return env[name]
