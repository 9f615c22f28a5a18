set -euo pipefail
command -v drover > /dev/null || { echo "this runner has no drover: install it there, or name an image that has it with --image" >&2; exit 1; }
drover validate
if [ -d "$DROVER_OUT/$DROVER_CLUSTER" ]; then
  drover generate --check || { code=$?; [ "$code" -ne 2 ] || echo "$DROVER_OUT is not as the spec says: run drover generate and commit what it writes" >&2; exit "$code"; }
else
  echo "$DROVER_OUT/$DROVER_CLUSTER is not in the repository, so there is nothing to compare with the spec"
fi
