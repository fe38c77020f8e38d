"""The command ``switchgear``: one file a command, over the admin API."""
