"""Switchgear: one gateway for every model and every tool."""

from switchgear import native

__version__ = "0.1.0"

native.choose()
