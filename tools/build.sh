#!/usr/bin/env bash
# build.sh NAME: builds one of the tools of tools/go.mod, or the one tool or program of
# tools/NAME/go.mod where there is such a module, once for each version of that file and of Go, into the user's
# cache directory, and prints the path of the program. The directory that go.mod may replace a
# module by counts as a part of it.
set -euo pipefail

cd "$(dirname "$0")"
tools=$PWD
name=$1
if [ -f "$name/go.mod" ]; then
  cd "$name"
  package=$(go list -f '{{.ImportPath}}' tool 2>/dev/null)
  package=${package:-.} # a program of its own
else
  package=$(go list -f '{{.ImportPath}}' tool | grep -E "/$name\$") || {
    echo "tools/go.mod names no tool $name" >&2
    exit 1
  }
fi
replaced=$(awk 'NF > 2 && $(NF - 1) == "=>" && $NF ~ /^\.\.?\// {print $NF}' go.mod)
sources() {
  cat go.mod go.sum
  find . -maxdepth 1 -name '*.go' -exec cat {} +
  [ -z "$replaced" ] || find "$replaced" -name '*.go' -exec cat {} +
}
key=$(sources | cksum | cut -d' ' -f1)-$(go env GOVERSION)
dir=$("$tools/cache-dir.sh")/tools/$key
if [ ! -x "$dir/$name" ]; then
  echo "    building $name (once; the first build takes some minutes)" >&2
  start=$SECONDS
  mkdir -p "$dir"
  part=$(mktemp "$dir/$name.XXXXXX")
  trap 'rm -f "$part"' EXIT
  # Terraform calls itself a release only where the linker says so; to other programs that means nothing.
  go build -ldflags '-X github.com/hashicorp/terraform/version.dev=no' -o "$part" "$package"
  chmod 755 "$part"
  mv "$part" "$dir/$name"
  echo "    built $name in $((SECONDS - start)) s" >&2
fi
echo "$dir/$name"
