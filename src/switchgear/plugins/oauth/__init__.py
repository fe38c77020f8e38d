"""OAuth 2.1 to remote tool servers (MCP 2025-11-25 and 2026-07-28, Authorization): sign in once, stay signed in, sign out."""
