"""What is served over HTTP: telemetry comes in, numbers go out; on this machine only unless told otherwise."""

from bizops.server.run import HOST, PORT, Server, listening, serve, server

__all__ = ["HOST", "PORT", "Server", "listening", "serve", "server"]
