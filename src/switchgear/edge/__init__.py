"""The wire dialects in front: decode, call the pipeline, encode."""
