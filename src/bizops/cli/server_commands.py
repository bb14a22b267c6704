"""Commands on the server: start it, and say who may send to it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bizops.cli.edge import DONE, emit, json_option, opened, say, workspace_option

if TYPE_CHECKING:
    from bizops.intake.tokens import Token, Tokens
    from bizops.server import Server
    from bizops.workspace import Workspace


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=4318, show_default=True, help="0 takes any free one.")
@click.option("--grpc-port", type=click.IntRange(0, 65535), help="Take OTLP over gRPC there too; usually 4317.")
@workspace_option
def start(host: str, port: int, grpc_port: int | None, directory: Path) -> int:
    """Take in telemetry, events and changes over HTTP, and serve the page, until interrupted.

    Exporters of OpenTelemetry find it at its usual port when nobody tells them otherwise. Without tokens, this machine
    may send; from elsewhere, and once there is a token, nobody without one.
    """
    from bizops.server import serve

    workspace = opened(directory)
    workspace.checked_model()
    serve(workspace, host, port, _tell_where, grpc_port=grpc_port)
    return DONE


def _tell_where(running: Server) -> None:
    say(f"bizops is at {running.url}   (Ctrl-C ends it)")
    if running.grpc is not None:
        say(f"OTLP over gRPC is taken at {running.grpc.address}")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def token() -> None:
    """Who may send: make, list and revoke tokens."""


@token.command()
@click.argument("sender")
@click.option("--expires", help="The last day on which it holds, such as 2027-12-31.")
@workspace_option
@json_option
def create(sender: str, expires: str | None, directory: Path, as_json: bool) -> int:
    """Make a token with which SENDER may send. It is shown once and kept nowhere."""
    workspace = opened(directory)
    made, secret = _tokens(workspace).create(sender, workspace.instant(expires))
    if as_json:
        emit({**_shown(made), "token": secret})
        return DONE
    say(secret)
    say("It is shown only now. An exporter sends it with:", err=True)
    say(f'  export OTEL_EXPORTER_OTLP_HEADERS="Authorization=Bearer%20{secret}"', err=True)
    return DONE


@token.command("list")
@workspace_option
@json_option
def list_tokens(directory: Path, as_json: bool) -> int:
    """Every token that was made, by its id; the tokens themselves are not known."""
    known = _tokens(opened(directory)).list()
    if as_json:
        emit({"tokens": [_shown(one) for one in known]})
        return DONE
    if not known:
        say("There are no tokens: this machine may send without.")
    for one in known:
        say(f"{one.id}  {one.sender:24s} {_state(one)}")
    return DONE


@token.command()
@click.argument("name")
@workspace_option
@json_option
def revoke(name: str, directory: Path, as_json: bool) -> int:
    """End the token with the id NAME, or all tokens of the sender NAME; a running server knows within a second."""
    ended = _tokens(opened(directory)).revoke(name)
    if as_json:
        emit({"tokens": [_shown(one) for one in ended]})
        return DONE
    for one in ended:
        say(f"{one.id} of {one.sender} holds no more.")
    return DONE


def _tokens(workspace: Workspace) -> Tokens:
    from bizops.intake.tokens import Tokens

    return Tokens(workspace.state, workspace.clock)


def _shown(token: Token) -> dict[str, Any]:
    """What may be told of a token."""
    return {name: value for name, value in asdict(token).items() if name != "digest"} | {"state": _state(token)}


def _state(token: Token) -> str:
    if token.revoked is not None:
        return "revoked"
    return "valid" if token.holds(datetime.now(UTC)) else "expired"
