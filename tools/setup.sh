#!/usr/bin/env bash
# setup.sh: checks what building, testing and rehearsing need, installs what can be
# installed for this user alone, and names exactly what is missing otherwise.
# With the argument tests it also gets what only the tests need. It changes nothing outside the user's cache directory.
set -euo pipefail

cd "$(dirname "$0")/.."
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

# Argo CD runs beside the rehearsal's clusters. Its programs are published as container images only, and built here.
check_argocd() {
  local path
  if ! have git; then
    missing+=("git, which Argo CD reads repositories with")
  elif path=$(go run ./rehearsal/argocd/get); then
    say "argo cd" "$path"
  else
    missing+=("the programs of Argo CD, which could not be built (see above)")
  fi
}

# The rehearsal's simulated AWS is moto's server, a Python program; the tests ask it with the aws command line as well.
# What PATH does not have goes into the cache directory, where the rehearsal and the tests look too.
check_python() {
  local venv lacking=() program
  for program in "$@"; do
    if have "$program"; then
      say "$program" "$(command -v "$program")"
    else
      lacking+=("$program")
    fi
  done
  [ ${#lacking[@]} -gt 0 ] || return 0
  if ! venv=$(tools/python.sh); then
    missing+=("${lacking[*]}, which could not be installed (see above): pip install --require-hashes -r tools/python/requirements.txt")
    return
  fi
  for program in "${lacking[@]}"; do
    say "$program" "$venv/bin/$program"
  done
}

# The store's suite runs against Azurite, which plays Azure Blob Storage: a program of Node.js.
check_azurite() {
  local path
  if path=$(tools/azurite.sh); then
    say azurite "$path"
  else
    missing+=("Node.js 20 or newer with npm, or what npm installs Azurite from (see above)")
  fi
}

check_go
[ ${#missing[@]} -gt 0 ] || { check_terraform && check_kubernetes; }
if [ "${1:-}" = tests ]; then
  [ ${#missing[@]} -gt 0 ] || check_argocd
  check_python moto_server aws
  check_azurite
else
  check_python moto_server
fi

if [ ${#missing[@]} -gt 0 ]; then
  echo "This machine lacks:" >&2
  printf '  - %s\n' "${missing[@]}" >&2
  exit 1
fi
