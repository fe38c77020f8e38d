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
all=(--extra local --extra images --extra litellm --extra runtimes --extra postgres --extra valkey --extra otel)
lock dev.txt pyproject.toml requirements/build.in "${all[@]}" --extra author --extra cache-eval --group test --group check
lock full.txt pyproject.toml requirements/build.in "${all[@]}" -c requirements/dev.txt
lock base.txt pyproject.toml requirements/build.in -c requirements/dev.txt
resolve clients.txt requirements/clients.in
resolve bench-fastmcp.txt requirements/bench-fastmcp.in

# the locks that plugins are born with
templates=src/switchgear/cli/plugin/templates/_python
born=$(mktemp -d)
trap 'rm -r "$born"' EXIT
for name in requirements.in requirements-dev.in requirements.txt requirements-dev.txt; do
  cp "$templates/$name.template" "$born/$name" 2>/dev/null || true
done
for name in requirements requirements-dev; do
  (cd "$born" && uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
    --no-emit-index-url ${UPGRADE:+--upgrade} $name.in -o $name.txt)
  cp "$born/$name.txt" "$templates/$name.txt.template"
done
