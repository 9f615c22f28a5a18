#!/usr/bin/env bash
# lint.sh MODULE: formatting, go.mod, go vet and golangci-lint for one Go module of the repository.
set -euo pipefail

cd "$(dirname "$0")/.."
root=$PWD
lint=$(tools/build.sh golangci-lint)
cd "$1"
"$lint" fmt --diff --config "$root/.golangci.yml"
go mod tidy -diff
go vet ./...
"$lint" run --config "$root/.golangci.yml" ./...
