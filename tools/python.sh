#!/usr/bin/env bash
# python.sh: installs moto's server and the aws command line into a virtual environment in the user's cache directory,
# once for each version of python/requirements.txt, and prints its directory. Nothing is installed that the hashes of
# that file do not cover, and nothing is built: a source package runs code of its own while it is installed.
set -euo pipefail

cd "$(dirname "$0")"
venv=$(./cache-dir.sh)/venv
key=$(cksum <python/requirements.txt | cut -d' ' -f1)

if [ ! -x "$venv/bin/moto_server" ] || [ ! -x "$venv/bin/aws" ] || [ "$(cat "$venv/requirements" 2>/dev/null || true)" != "$key" ]; then
  command -v python3 >/dev/null || {
    echo "    python3 is not on PATH: install Python 3.10 or newer, with its venv module (Debian and Ubuntu: apt install python3-venv)" >&2
    exit 1
  }
  echo "    installing moto's server and the aws command line into $venv" >&2
  rm -rf "$venv"
  python3 -m venv "$venv" >&2 || {
    rm -rf "$venv"
    echo "    Python's venv module does not work (Debian and Ubuntu: apt install python3-venv)" >&2
    exit 1
  }
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: \
    --requirement python/requirements.txt >&2 || {
    rm -rf "$venv"
    exit 1
  }
  echo "$key" >"$venv/requirements"
fi
echo "$venv"
