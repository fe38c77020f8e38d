"""Switchgear: one gateway for every model and every tool."""

__version__ = "0.1.0"
