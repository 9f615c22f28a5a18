#!/usr/bin/env bash
# vuln.sh: looks for known vulnerabilities that the product or its tests can reach, in Go's vulnerability database: the
# one that GOVULNDB names, or else the one on the internet, or else the one that the Go module golang.org/x/vulndb has,
# which comes from where Go gets modules and is checked by their checksum database.
# Exits 0 when there are none, 3 when there are, and 75 when it could not look, because no database can be had: that is
# not a pass. Those of Go's own standard library are this machine's: they are told, and are no finding.
set -euo pipefail

cd "$(dirname "$0")/.."
govulncheck=$(tools/build.sh govulncheck)
output=$(mktemp -d)
database=${GOVULNDB:-}
trap 'rm -rf "$output"' EXIT

# offline prints where the database of the Go module is.
offline() {
  local dir
  dir=$(cd "$output" && go mod download -json golang.org/x/vulndb@latest 2>/dev/null | python3 -c 'import json, sys; print(json.load(sys.stdin)["Dir"])') || return 1
  echo "govulncheck: the database on the internet cannot be reached; taking that of ${dir##*/}" >&2
  echo "file://$dir/data/osv"
}

# scan MODULE looks through one module of the repository.
scan() {
  (cd "$1" && "$govulncheck" ${database:+-db "$database"} -format json ./...) >"$output/found.json" 2>"$output/errors"
}

for module in . test; do
  if ! scan "$module"; then
    if [ -n "$database" ] || ! grep -q 'fetching vulnerabilities' "$output/errors"; then
      cat "$output/errors" >&2
      exit 1
    fi
    database=$(offline) || {
      cat "$output/errors" >&2
      echo "govulncheck: not run: the vulnerability database cannot be reached, on the internet or as a Go module" >&2
      exit 75
    }
    scan "$module" || {
      cat "$output/errors" >&2
      exit 1
    }
  fi
  tools/vulns.py "$module" "$output/found.json"
done
