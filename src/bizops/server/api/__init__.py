"""The API: everything the console shows, for any program."""

from bizops.server.api.application import ApiServer
from bizops.server.api.operations import PREFIX

__all__ = ["PREFIX", "ApiServer"]
