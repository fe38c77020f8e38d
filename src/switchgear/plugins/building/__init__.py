"""From a bundle to something that starts: the runtime found, dependencies installed in the sandbox, the command worked out."""
