"""The version of bizops."""

VERSION = "0.1.0"
