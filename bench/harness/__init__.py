"""The parts of ``bench/run.py``: upstreams, gateways, loads, measures and the report."""
