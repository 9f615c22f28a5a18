#!/usr/bin/env bash
# scanners.sh: builds the scanners of what drover renders, one after the other, each once.
# Built cold, each takes some minutes and says when it is done.
set -euo pipefail

cd "$(dirname "$0")"
for scanner in tflint kics trivy; do
  ./build.sh "$scanner" >/dev/null
done
