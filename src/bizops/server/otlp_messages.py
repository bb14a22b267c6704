"""The few messages that answers of OTLP consist of, in protobuf."""

from __future__ import annotations

from types import MappingProxyType

from bizops.intake.acknowledge import Receipt

CODES = MappingProxyType({400: 3, 401: 16, 403: 7, 408: 4, 413: 8, 415: 3, 429: 8, 503: 14})
"""google.rpc.Code for each status that is answered."""
_RETRY_INFO = "type.googleapis.com/google.rpc.RetryInfo"


def response(receipt: Receipt) -> bytes:
    """An Export…ServiceResponse; ``partial_success`` is there only when there is something to say."""
    if not receipt.rejected:
        return b""
    return _bytes(1, _number(1, receipt.rejected) + _bytes(2, receipt.reason.encode()))


def status(code: int, message: str, retry_after_s: int | None = None) -> bytes:
    """A google.rpc.Status; when another try is worth it, with the time to wait before."""
    told = _number(1, code) + _bytes(2, message.encode())
    if retry_after_s is None:
        return told
    return told + _bytes(3, _bytes(1, _RETRY_INFO.encode()) + _bytes(2, retry_info(retry_after_s)))


def retry_info(seconds: int) -> bytes:
    """A google.rpc.RetryInfo."""
    return _bytes(1, _number(1, seconds))


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _bytes(field: int, content: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(content)) + content


def _varint(number: int) -> bytes:
    parts = bytearray()
    while number > 0x7F:
        parts.append(number & 0x7F | 0x80)
        number >>= 7
    parts.append(number)
    return bytes(parts)
