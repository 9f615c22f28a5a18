#!/usr/bin/env bash
# gotest.sh ARGUMENT...: runs `go test ARGUMENT...` and, where a test fails, says once more at the end which ones failed
# and why: a log of real Terraform is thousands of lines, and many who read it see its end alone.
set -uo pipefail

log=$(mktemp)
trap 'rm -f "$log"' EXIT
go test "$@" 2>&1 | tee "$log"
status=${PIPESTATUS[0]}
if [ "$status" -ne 0 ]; then
  printf '\n==> what failed\n'
  grep -E -A 4 '^ *--- FAIL|^ +[a-z_0-9]+\.go:[0-9]+: |^panic: |^(FAIL|---)[[:space:]]' "$log" |
    grep -Ev '^ +logger\.go:[0-9]+: |logger\.go:[0-9]+: *$|^--$' | cut -c1-600 | awk '!seen[$0]++' | tail -n 80
fi
exit "$status"
