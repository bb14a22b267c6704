"""Files of telemetry, taken as if their sender had sent them: the same checks, the same rows, the same table."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from bizops.errors import BizopsError
from bizops.intake.signals import MAX_BODY, SIGNALS, Checked, check, raw_rows
from bizops.intake.streams import Limits, opened
from bizops.intake.tokens import check_sender
from bizops.lake import Lake, LoadReport
from bizops.lake.frames import Entry

if TYPE_CHECKING:
    from bizops.intake.privacy import Policy

_GROUP_ROWS, _GROUP_BYTES = 131_072, 64 << 20
_KEYS = {b"resourceSpans": "traces", b"resourceLogs": "logs", b"resourceMetrics": "metrics"}
_KEY = re.compile(rb'"(resourceSpans|resourceLogs|resourceMetrics)"\s*:')
_PROTOBUF, _JSON = "application/x-protobuf", "application/json"


def load_otlp(lake: Lake, policy: Policy, sender: str, paths: Iterable[Path], received_us: int) -> list[LoadReport]:
    """Take the telemetry of files into a sender's raw tables; a report for each file and table.

    A file that cannot be read at all, or a request in it that cannot be decoded, raises; what was taken before stays,
    and comes to nothing when the file is loaded again.
    """
    check_sender(sender)
    return [report for path in paths for report in _load_file(lake, policy, sender, path, received_us)]


@dataclass(frozen=True, slots=True)
class _Request:
    """A checked request of a file."""

    signal: str
    checked: Checked


def _load_file(lake: Lake, policy: Policy, sender: str, path: Path, received_us: int) -> list[LoadReport]:
    reports: dict[str, LoadReport] = {}
    with lake.writing():
        for group in _groups(_requests(path, sender, received_us)):
            for signal in dict.fromkeys(request.signal for request in group):
                checked = [request.checked for request in group if request.signal == signal]
                report = _take(lake, policy, sender, signal, checked, received_us, path.name)
                known = reports.get(report.source)
                reports[report.source] = report if known is None else _sum(known, report)
    return list(reports.values())


def _take(
    lake: Lake, policy: Policy, sender: str, signal: str, checked: list[Checked], received_us: int, name: str
) -> LoadReport:
    rejected = sum(one.rejected for one in checked)
    reasons = Counter(one.reason for one in checked if one.rejected)
    table = f"{sender}.{SIGNALS[signal].table}"
    some = [one for one in checked if one.accepted]
    if some:
        batch = raw_rows(sender, signal, some, [received_us] * len(some), policy, name)
        (report,) = lake.take([batch], None)
    else:
        report = LoadReport(table, name, 0, 0, 0, 0, 0, 0)
    return replace(report, rows=report.rows + rejected, quarantined=rejected, reasons=tuple(sorted(reasons.items())))


def _sum(one: LoadReport, other: LoadReport) -> LoadReport:
    return replace(
        one,
        rows=one.rows + other.rows,
        accepted=one.accepted + other.accepted,
        duplicates=one.duplicates + other.duplicates,
        quarantined=one.quarantined + other.quarantined,
        reasons=tuple(sorted((Counter(dict(one.reasons)) + Counter(dict(other.reasons))).items())),
    )


def _groups(requests: Iterable[tuple[_Request, int]]) -> Iterator[list[_Request]]:
    """Requests, as many at a time as go well into one segment."""
    group: list[_Request] = []
    rows = size = 0
    for request, length in requests:
        group.append(request)
        rows += request.checked.accepted
        size += length
        if rows >= _GROUP_ROWS or size >= _GROUP_BYTES:
            yield group
            group, rows, size = [], 0, 0
    if group:
        yield group


def _requests(path: Path, sender: str, received_us: int) -> Iterator[tuple[_Request, int]]:
    for number, (signal, media, body) in enumerate(_bodies(path), 1):
        try:
            checked, size = check(Entry(sender, signal, media, "", received_us, body))
        except BizopsError as error:
            problem = error.problems[0]
            raise BizopsError.of(problem.code, f"{path.name}, request {number}: {problem.message}") from None
        yield _Request(signal, checked), size


def _bodies(path: Path) -> Iterator[tuple[str, str, bytes]]:
    """Signal, media type and body of each request of a file."""
    if not path.is_file():
        raise BizopsError.of("missing-file", f"{path} is not there.")
    suffix = path.name.lower().removesuffix(".gz").rpartition(".")[2]
    with opened(path, "utf-8", Limits()) as (stream, _):
        if suffix == "pb":
            yield _signal_of_name(path), _PROTOBUF, _whole(stream, path)
        elif suffix == "json":
            body = _whole(stream, path)
            yield _signal_of(body, path), _JSON, body
        elif suffix in ("jsonl", "ndjson"):
            while line := stream.readline(MAX_BODY + 1):
                if len(line) > MAX_BODY:
                    raise _too_large(path)
                if line.strip():
                    yield _signal_of(line, path), _JSON, line
        else:
            raise BizopsError.of(
                "unknown-format",
                f"The name {path.name} does not tell its format.",
                hint="Telemetry is read from .jsonl, .json and .pb, each also packed as .gz.",
            )


def _whole(stream: BinaryIO, path: Path) -> bytes:
    body = stream.read(MAX_BODY + 1)
    if len(body) > MAX_BODY:
        raise _too_large(path)
    return body


def _signal_of(body: bytes, path: Path) -> str:
    """What an OTLP/JSON request holds, by its first key."""
    found = _KEY.search(body)
    if found is None:
        raise BizopsError.of("undecodable", f"{path.name} holds something else than OTLP/JSON.")
    return _KEYS[found[1]]


def _signal_of_name(path: Path) -> str:
    """What a protobuf request holds: it does not say, so the file's name has to."""
    words = re.split(r"[^a-z]+", path.name.lower())
    named = {signal for signal in _KEYS.values() if signal in words or signal.removesuffix("s") in words}
    if len(named) != 1:
        raise BizopsError.of(
            "unknown-signal",
            f"The name {path.name} does not tell what is in it.",
            hint="Have 'traces', 'logs' or 'metrics' in it, such as monday.traces.pb.",
        )
    return named.pop()


def _too_large(path: Path) -> BizopsError:
    return BizopsError.of("too-large", f"A request in {path.name} has more than {MAX_BODY >> 20} MiB.")
