"""What is served over HTTP: for now one read-only page on localhost."""

from bizops.server.page_server import page_server, serve

__all__ = ["page_server", "serve"]
