#!/usr/bin/env bash
# azurite.sh: installs Azurite, which plays Azure Blob Storage for the tests of the store, into the user's cache
# directory, once for each version of azurite/package-lock.json, and prints the path of its program. Nothing is installed
# that the hashes of that file do not cover, and no package runs code of its own while it is installed.
set -euo pipefail

cd "$(dirname "$0")"
for program in node npm; do
  command -v "$program" >/dev/null || {
    echo "    $program is not on PATH: install Node.js 20 or newer, with npm (https://nodejs.org; Debian and Ubuntu: apt install nodejs npm)" >&2
    exit 1
  }
done
parent=$(./cache-dir.sh)/azurite
dir=$parent/$(cksum <azurite/package-lock.json | cut -d' ' -f1)

if [ ! -d "$dir" ]; then
  echo "    installing Azurite into $dir" >&2
  mkdir -p "$parent"
  part=$(mktemp -d "$parent/part.XXXXXX")
  trap 'rm -rf "$part"' EXIT
  cp azurite/package.json azurite/package-lock.json "$part"
  npm ci --prefix "$part" --ignore-scripts --omit=dev --no-audit --no-fund >&2
  [ -d "$dir" ] || mv "$part" "$dir" # another may have been faster
fi
echo "$dir/node_modules/.bin/azurite-blob"
