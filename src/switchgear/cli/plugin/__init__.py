"""``switchgear plugin``: MCP servers that run behind the gateway."""

from __future__ import annotations

from typing import Final

from cyclopts import App

app = App(name="plugin", help="Install, run, make and sign plugins; say whose to trust.", help_epilogue="")

_COMMANDS: Final = (
    ("install:install", "install", "Install a plugin, or another version of one."),
    ("importing:import_plugins", "import", "Take over the servers of another client."),
    ("discovered:discovered", "discovered", "List bundles that can be installed by their names."),
    ("changing:list_plugins", "list", "List plugins, and how each is."),
    ("changing:show", "show", "Show a plugin: what it may, how it is set up, what it offers."),
    ("changing:enable", "enable", "Let a plugin be called."),
    ("changing:disable", "disable", "Take no more calls of a plugin."),
    ("changing:restart", "restart", "End a plugin's process."),
    ("changing:configure", "configure", "Set what a plugin needs to know."),
    ("changing:grant", "grant", "Let a plugin have more, or less."),
    ("changing:rollback", "rollback", "Go back to the version before."),
    ("changing:review", "review", "Show what changed in what a plugin offers, and accept it."),
    ("changing:clear", "clear", "Remove what a plugin kept."),
    ("changing:remove", "remove", "Remove a plugin."),
    ("new:new", "new", "Begin a plugin."),
    ("dev:dev", "dev", "Run a plugin while it is written."),
    ("call:call", "call", "Call a tool of a plugin."),
    ("calls:calls", "calls", "List what was called of plugins."),
    ("inspect:inspect", "inspect", "Show the frames between a plugin and who calls it."),
    ("logs:logs", "logs", "Show what a plugin wrote."),
    ("debug:debug", "debug", "Run a plugin with a debugger in it."),
    ("bench:bench", "bench", "Measure how fast a plugin is."),
    ("test:test", "test", "Test a plugin, and check what every plugin has to do."),
    ("packing:pack", "pack", "Make a bundle of a folder."),
    ("keygen:keygen", "keygen", "Make a key to sign bundles with."),
    ("signing:sign", "sign", "Sign a bundle."),
    ("signing:verify", "verify", "Tell who signed a bundle, and whether that is trusted."),
    ("trust:app", "trust", "Say whose bundles are trusted."),
    ("login:login", "login", "Sign in to a remote plugin."),
    ("login:logout", "logout", "Sign out of a remote plugin."),
    ("approvals:approvals", "approvals", "List calls of tools that wait for a person."),
    ("approvals:approve", "approve", "Let a call that waits be made."),
    ("approvals:deny", "deny", "Let a call that waits fail."),
)
for _order, (_place, _name, _told) in enumerate(_COMMANDS):
    app.command(f"switchgear.cli.plugin.{_place}", name=_name, help=_told, sort_key=_order)
