"""Tools in chats: the gateway offers a model the tools of plugins, runs what it calls, and asks it again with the results."""
