# SPDX-License-Identifier: LGPL-2.1-or-later
# Sourced by scripts/demo and scripts/test: packages, and an ordinary user to work as. The caller stands at the root of
# the tree.
# shellcheck shell=bash

say() { printf '\033[1m==> %s\033[0m\n' "$*" >&2; }
[ -t 2 ] || say() { printf '==> %s\n' "$*" >&2; }

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    printf 'this step needs root, and there is no sudo: %s\n' "$*" >&2
    exit 1
  fi
}

# install_packages SECTION…: installs those packages of scripts/packages that are missing.
install_packages() {
  local wanted missing
  wanted=$(scripts/packages/list "$@")
  missing=$(for package in $wanted; do
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || echo "$package"
  done)
  [ -z "$missing" ] && return
  say "installing $(echo "$missing" | wc -w) packages: $(echo "$missing" | tr '\n' ' ')"
  as_root apt-get update -q >/dev/null
  # shellcheck disable=SC2086
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing >/dev/null
}

# What every ordinary host has, and minimal images and build machines often lack.
arrange_host() {
  for node in /dev/fuse /dev/net/tun; do
    [ ! -e "$node" ] || chmod 0666 "$node"
  done
}

# make_user NAME: an ordinary user with subordinate ids; sets USER_HOME.
make_user() {
  id "$1" >/dev/null 2>&1 || useradd --create-home --shell /bin/bash "$1"
  grep -q "^$1:" /etc/subuid || usermod --add-subuids 200000-265535 --add-subgids 200000-265535 "$1"
  USER_HOME=$(getent passwd "$1" | cut -d: -f6)
}

# copy_tree_for NAME: this tree, as git sees it, in that user's home; sets USER_TREE. The build folder there is kept.
copy_tree_for() {
  USER_TREE=$USER_HOME/cubby
  install -d -o "$1" -g "$1" "$USER_TREE"
  find "$USER_TREE" -mindepth 1 -maxdepth 1 ! -name build -exec rm -rf {} +
  git -c safe.directory='*' ls-files -z --cached --others --exclude-standard |
    while IFS= read -r -d '' path; do [ ! -e "$path" ] || printf '%s\0' "$path"; done |
    tar --null --files-from=- --create --file=- |
    runuser -u "$1" -- tar --extract --no-same-owner --directory "$USER_TREE" --file=-
}
