#!/usr/bin/env bash
# Prints the directory where drover keeps what it has built or fetched for this user:
# the same one that the Go program finds with os.UserCacheDir.
set -euo pipefail

case "$(uname -s)" in
  Darwin) echo "$HOME/Library/Caches/drover" ;;
  *) echo "${XDG_CACHE_HOME:-$HOME/.cache}/drover" ;;
esac
