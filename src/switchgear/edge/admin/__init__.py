"""The admin API: everything the console and the CLI do, as a documented HTTP API under ``/api``."""
