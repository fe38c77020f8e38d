"""What authors of plugins work with: a folder run as the gateway would run it, before it is a bundle."""
