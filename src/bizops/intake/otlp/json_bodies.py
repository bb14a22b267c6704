"""OTLP/JSON to the official message: hex ids and numbers for enums, as the specification says.

Files written by other programs have base64 ids and names of enums, as protobuf's own JSON has: these are taken as well.
Unknown fields are skipped. Anything of the wrong kind makes the body undecodable.
"""

from __future__ import annotations

import base64
import binascii
import math
from functools import cache
from typing import TYPE_CHECKING, Any

import orjson

from bizops.errors import BizopsError

if TYPE_CHECKING:
    from google.protobuf.descriptor import Descriptor, FieldDescriptor
    from google.protobuf.message import Message

_IDS = {"trace_id": 32, "span_id": 16, "parent_span_id": 16}
_DEEPEST = 100


def message_of(request: type[Message], body: bytes) -> Message:
    """The message that a JSON body stands for."""
    try:
        told = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BizopsError.of("undecodable", f"The body is no JSON: {error.msg}, line {error.lineno}.") from None
    message = request()
    _fill(message, told, "the body", 0)
    return message


def _fill(message: Message, told: Any, where: str, depth: int) -> None:
    if not isinstance(told, dict) or depth > _DEEPEST:
        raise _wrong(where, "an object")
    known = _fields(message.DESCRIPTOR)
    for name, value in told.items():
        field = known.get(name)
        if field is None or value is None:
            continue
        if not field.is_repeated:
            if field.message_type is not None:
                target = getattr(message, field.name)
                target.SetInParent()
                _fill(target, value, name, depth + 1)
            else:
                setattr(message, field.name, _scalar(field, value, name))
            continue
        if not isinstance(value, list):
            raise _wrong(name, "a list")
        items = getattr(message, field.name)
        for item in value:
            if field.message_type is not None:
                _fill(items.add(), item, name, depth + 1)
            else:
                items.append(_scalar(field, item, name))


@cache
def _fields(descriptor: Descriptor) -> dict[str, FieldDescriptor]:
    """Fields by both of their names; OTLP/JSON writes lowerCamelCase."""
    return {name: field for field in descriptor.fields for name in (field.name, field.json_name)}


def _scalar(field: FieldDescriptor, value: Any, where: str) -> Any:
    kind = field.cpp_type
    try:
        if kind in _WHOLE:
            return _whole(field, value)
        if kind == field.CPPTYPE_ENUM:
            return _enum(field, value)
        if kind in (field.CPPTYPE_DOUBLE, field.CPPTYPE_FLOAT):
            return _float(value)
    except (ValueError, KeyError, OverflowError):
        raise _wrong(where, "a number" if kind != field.CPPTYPE_ENUM else "a known word or number") from None
    if kind == field.CPPTYPE_BOOL and isinstance(value, bool):
        return value
    if kind == field.CPPTYPE_STRING and isinstance(value, str):
        if field.type == field.TYPE_BYTES:
            return _bytes(field, value, where)
        return value
    raise _wrong(where, "true or false" if kind == field.CPPTYPE_BOOL else "a text")


_INT32, _INT64, _UINT32, _UINT64 = 1, 2, 3, 4
_WHOLE = {_INT32: (-(2**31), 2**31), _INT64: (-(2**63), 2**63), _UINT32: (0, 2**32), _UINT64: (0, 2**64)}
"""Bounds of whole numbers by protobuf's C++ type."""


def _whole(field: FieldDescriptor, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise ValueError
    number = int(value)
    low, high = _WHOLE[field.cpp_type]
    if not low <= number < high:
        raise ValueError
    return number


def _enum(field: FieldDescriptor, value: Any) -> int:
    if isinstance(value, str):
        return int(field.enum_type.values_by_name[value].number)
    if isinstance(value, bool) or not isinstance(value, int) or not -(2**31) <= value < 2**31:
        raise ValueError
    return value


def _float(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError
    number = float(value)
    if isinstance(value, str) and math.isinf(number) and value not in ("Infinity", "-Infinity"):
        raise ValueError
    return number


def _bytes(field: FieldDescriptor, value: str, where: str) -> bytes:
    digits = _IDS.get(field.name)
    if digits is not None and (len(value) == digits or not value):
        try:
            return bytes.fromhex(value)
        except ValueError:
            raise _wrong(where, "an id in hex digits") from None
    try:
        found = base64.b64decode(value, validate=True)
    except binascii.Error:
        raise _wrong(where, f"an id of {digits} hex digits" if digits else "bytes in base64") from None
    if digits is not None and len(found) * 2 != digits:
        raise _wrong(where, f"an id of {digits} hex digits")
    return found


def _wrong(where: str, wanted: str) -> BizopsError:
    return BizopsError.of("undecodable", f"The body is no OTLP/JSON: '{where}' is not {wanted}.")
