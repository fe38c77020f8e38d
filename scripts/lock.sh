#!/usr/bin/env bash
# Writes the lock files of requirements/: names, versions and hashes only. Needs uv (pip install uv).
set -euo pipefail
cd "$(dirname "$0")/.."
resolve() {
  out=$1; shift
  uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
    --no-emit-index-url "$@" -o "requirements/$out" ${UPGRADE:+--upgrade}
}
lock() {
  resolve "$@" --override requirements/overrides.txt
}
all=(--extra local --extra images --extra litellm --extra postgres --extra valkey --extra otel)
lock dev.txt pyproject.toml requirements/build.in "${all[@]}" --extra cache-eval --group test --group check
lock full.txt pyproject.toml requirements/build.in "${all[@]}" -c requirements/dev.txt
lock base.txt pyproject.toml requirements/build.in -c requirements/dev.txt
resolve clients.txt requirements/clients.in
