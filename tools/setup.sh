#!/usr/bin/env bash
# setup.sh: checks what building, testing and rehearsing need, installs what can be
# installed for this user alone, and names exactly what is missing otherwise.
# With the argument tests it also gets what only the tests need. It changes nothing outside the user's cache directory.
set -euo pipefail

cd "$(dirname "$0")/.."
cache=$(tools/cache-dir.sh)
readonly moto_version=5.2.1
missing=()

have() { command -v "$1" >/dev/null 2>&1; }
say() { printf '    %-12s %s\n' "$1" "$2" >&2; }

# at_least HAVE WANT: whether version HAVE is WANT or newer, major and minor.
at_least() {
  local have_major=${1%%.*} want_major=${2%%.*}
  local have_minor=${1#*.} want_minor=${2#*.}
  have_minor=${have_minor%%[!0-9]*} want_minor=${want_minor%%[!0-9]*}
  ((have_major > want_major || (have_major == want_major && ${have_minor:-0} >= want_minor)))
}

check_go() {
  local want version
  want=$(awk '$1 == "go" {print $2}' go.mod)
  if ! have go; then
    missing+=("Go ${want%.*} or newer: https://go.dev/doc/install")
    return
  fi
  version=$(go env GOVERSION)
  version=${version#go}
  if at_least "$version" "$want"; then
    say go "$version"
  else
    missing+=("Go ${want%.*} or newer (this is $version): https://go.dev/doc/install")
  fi
}

# Terraform need not be there: drover fetches it into its cache. So that a machine without
# network hears of it now, and not in the middle of a rehearsal, that is tried here.
check_terraform() {
  local path
  if path=$(cd test && go run ./terraformpath); then
    say terraform "$path"
  else
    missing+=("Terraform 1.9.5 or newer on PATH (drover could not fetch it, see above): https://developer.hashicorp.com/terraform/install")
  fi
}

# The rehearsal's clusters have real control planes. Their programs are downloaded, or built from Go modules: that is
# said, and takes minutes once.
check_kubernetes() {
  local path
  if path=$(go run ./rehearsal/kubernetes/programs/get); then
    say kubernetes "$path"
  else
    missing+=("the programs of a Kubernetes control plane, which could neither be fetched nor built (see above)")
  fi
}

# The rehearsal's simulated AWS is moto's server, a Python program. Where PATH has none, it
# goes into a virtual environment in the cache directory, which the rehearsal knows.
check_moto() {
  local venv=$cache/venv
  if have moto_server; then
    say moto_server "$(command -v moto_server)"
    return
  fi
  if [ -x "$venv/bin/moto_server" ] && [ "$(cat "$venv/moto-version" 2>/dev/null || true)" = "$moto_version" ]; then
    say moto_server "$venv/bin/moto_server"
    return
  fi
  if ! have python3; then
    missing+=("Python 3.9 or newer, with its venv module (Debian and Ubuntu: apt install python3-venv)")
    return
  fi
  say moto_server "not found: installing moto[server] $moto_version into $venv"
  if ! python3 -m venv "$venv" >&2; then
    missing+=("Python's venv module (Debian and Ubuntu: apt install python3-venv)")
    return
  fi
  if ! "$venv/bin/python" -m pip install --quiet "moto[server]==$moto_version" >&2; then
    rm -rf "$venv"
    missing+=("moto's server, which pip could not install (see above): python3 -m pip install 'moto[server]==$moto_version'")
    return
  fi
  echo "$moto_version" >"$venv/moto-version"
  say moto_server "$venv/bin/moto_server"
}

# dig is for the tests alone: they hold the rehearsal's DNS to it. Nothing else misses it.
check_dig() {
  if have dig; then
    say dig "$(command -v dig)"
  else
    say dig "not found; only 'make test' needs it (Debian and Ubuntu: apt install bind9-dnsutils)"
  fi
}

# The tests ask the simulated EKS as a person does, with the aws command line.
check_aws() {
  if have aws; then
    say aws "$(command -v aws)"
    return
  fi
  if [ ! -x "$cache/venv/bin/aws" ]; then
    say aws "not found: installing awscli into $cache/venv"
    { [ -x "$cache/venv/bin/python" ] || python3 -m venv "$cache/venv" >&2; } &&
      "$cache/venv/bin/python" -m pip install --quiet awscli >&2 || {
      missing+=("the aws command line, which pip could not install (see above): https://aws.amazon.com/cli/")
      return
    }
  fi
  say aws "$cache/venv/bin/aws"
}

check_go
[ ${#missing[@]} -gt 0 ] || { check_terraform && check_kubernetes; }
check_moto
check_dig
[ "${1:-}" != tests ] || check_aws

if [ ${#missing[@]} -gt 0 ]; then
  echo "This machine lacks:" >&2
  printf '  - %s\n' "${missing[@]}" >&2
  exit 1
fi
