#!/usr/bin/env bash
# Looks for phrases that make a reader stumble (language.txt), once the search itself is tested.
set -euo pipefail
cd "$(dirname "$0")"
export PYTHONDONTWRITEBYTECODE=1
python3 -m unittest -q language_test
python3 language.py
