#!/usr/bin/env bash
# step.sh NAME COMMAND...: runs one step of a make target, says what runs and how long
# it took, and exits as the command did. It writes to standard error only, so that a
# target whose answer is on standard output can be piped.
set -uo pipefail

name=$1
shift
printf '==> %s\n' "$name" >&2
start=$SECONDS
"$@"
status=$?
took=$((SECONDS - start))
if [ "$status" -eq 0 ]; then
  printf '    %s: done in %d s\n' "$name" "$took" >&2
else
  printf '    %s: FAILED (exit %d) after %d s\n' "$name" "$status" "$took" >&2
fi
exit "$status"
