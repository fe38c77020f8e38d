"""Public testing kit: a scripted provider and an upstream that misbehaves on demand."""
