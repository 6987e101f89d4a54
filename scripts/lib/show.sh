#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The half of scripts/demo that needs no root: build, install into a prefix of the user's own, and show.
set -euo pipefail
cd "$(dirname "$0")/../.."

bold() { if [ -t 1 ]; then printf '\033[1m%s\033[0m\n' "$*"; else printf '%s\n' "$*"; fi; }
step() { printf '\n'; bold "# $*"; }
show() { bold "\$ $*"; "$@"; }

step "Building cubby (release) as $(id -un), uid $(id -u)"
cmake --preset release -DBUILD_TESTING=OFF >/dev/null
cmake --build --preset release
stage=$(mktemp -d)
# The containers of the demonstration live in a home of their own; what is left of it is removed at the end.
cleanup() {
  cubby destroy -f demo >/dev/null 2>&1 || true
  # Images belong to subordinate ids: a plain rm may not remove them, their owner's namespace may.
  cubby unshare rm -rf "$stage/home/.local" || true
  "$stage/prefix/libexec/cubby/cubby-holder" --stop >/dev/null 2>&1 || true
  rm -rf "$stage"
}
trap cleanup EXIT
cmake --install build/release --prefix "$stage/prefix" >/dev/null
mkdir -m 0700 "$stage/home" "$stage/run"
export HOME=$stage/home XDG_RUNTIME_DIR=$stage/run PATH=$stage/prefix/bin:$PATH

step "What this host gives to an ordinary user"
show cubby doctor || true
step "A container from the embedded image: nothing is configured, nothing is downloaded"
show cubby create demo -t busybox
show cubby start demo
show cubby ls
step "Inside it is its own machine: its own root, processes, host name"
show cubby attach demo -- sh -c 'id; hostname; ps'
step "Outside its root is nobody special"
show cubby info demo
step "Stop it and remove every trace of it"
show cubby stop demo
show cubby destroy demo
show cubby ls
step "One command, one answer"
bold "\$ time cubby run busybox -- echo hello"
time cubby run busybox -- echo hello
step "Done. To use it from here on:  cmake --install build/release --prefix ~/.local"
