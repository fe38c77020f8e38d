"""The wire dialects that models are spoken to in: each translates to and from the canonical call, and knows no other."""
