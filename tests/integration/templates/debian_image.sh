#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The debian template: a build from the host's mirror, and a life in the result.
# shellcheck source=check.sh
. "$(dirname "$0")/check.sh"

debian=recipes/debian
rootfs=$scratch/c/rootfs

# in_container COMMAND: as root of the tree, with /proc, devices and the host's network and name servers.
in_container() {
    unshare --user --map-root-user --map-auto --mount --pid --ipc --uts --fork --kill-child -- /bin/sh -c '
        set -eu
        /bin/sh "$1/engine/bind_devices" "$2"
        mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts "$2/dev/pts"
        mount -t proc proc "$2/proc" || mount --rbind /proc "$2/proc"
        mount --bind /etc/resolv.conf "$2/etc/resolv.conf"
        exec chroot "$2" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 /bin/sh -c "$3"' \
        sh "$templates" "$rootfs" "$1" </dev/null
}

without_network() {
    ! grep -q 'cannot be reached' "$scratch/err" || skip no-mirror 'no Debian mirror answers'
}

image_is_clean() {
    equal 'stderr' '' "$(cat "$scratch/err")"
    expect 'progress' progress_is_sound
    expect 'too few steps of progress' test "$(wc -l <"$scratch/progress")" -gt 40
    equal 'left in TMPDIR' '' "$(ls -A "$scratch/tmp")"
    equal 'mounts that are left' 0 "$(grep -c "$scratch" /proc/self/mounts || :)"
    equal 'in /dev' '' "$(ls -A "$rootfs/dev")"
    equal 'hostname' '' "$(cat "$rootfs/etc/hostname")"
    equal 'resolv.conf' 'regular empty file 644' "$(stat -c '%F %a' "$rootfs/etc/resolv.conf")"
    equal 'root in shadow' '*' "$(as_root sed -n 's/^root:\([^:]*\):.*/\1/p' "$rootfs/etc/shadow")"
    refute 'the name of the user or the place of the build' as_root grep -r -q -w -F \
        -e "$(id -un)" -e "$scratch" "$rootfs/etc" "$rootfs/var" "$rootfs/root"
    refute 'the name of the host' as_root grep -r -q -x -F -e "$(uname -n)" -e "127.0.1.1 $(uname -n)" "$rootfs/etc"
    refute 'package lists or packages are left' test -n \
        "$(as_root find "$rootfs/var/lib/apt/lists" "$rootfs/var/cache/apt" -type f ! -name lock)"
    refute 'settings of the build are left' as_root grep -r -q -E 'unsafe-io|usrmerge|Languages' "$rootfs/etc"
    equal 'a policy against services' '' "$(ls "$rootfs/usr/sbin/policy-rc.d" 2>/dev/null || :)"
    expect 'sources with keys' grep -q '^Signed-By: /' "$rootfs/etc/apt/sources.list.d/debian.sources"
    expect 'config' grep -q '^lxc.signal.halt = SIGPWR$' "$scratch/c/config"
    equal 'package problems' '' "$(in_container 'dpkg --audit')"
}

life_in_it() {
    equal 'further package' 'Hello, world!' "$(in_container hello)"
    expect 'apt-get update and install' in_container \
        'apt-get update && apt-get install -y --no-install-recommends sl' >"$scratch/out" 2>&1
    expect 'the installed program' test -x "$rootfs/usr/games/sl"
    equal 'another user' 'uid=65534(nobody) gid=65534(nogroup) groups=65534(nogroup)' \
        "$(in_container 'su - nobody -s /bin/sh -c id' 2>/dev/null)"
    expect 'a new user' in_container 'useradd -m alice && su - alice -c "test -w . && test ! -w /etc"'
    equal 'locale' UTF-8 "$(in_container 'locale charmap')"
}

boot_and_halt() {
    unshare --user --map-root-user --map-auto --mount --pid --ipc --uts --net --fork --kill-child -- /bin/sh -c '
        /bin/sh "$1/engine/bind_devices" "$2"
        mount -t proc proc "$2/proc" || mount --rbind /proc "$2/proc"
        exec chroot "$2" /sbin/init' sh "$templates" "$rootfs" </dev/null >"$scratch/boot" 2>&1 &
    starter=$!
    tries=0
    until grep -q -x 'init \[2\] *' "/proc/$(pgrep -P "$starter" || echo none)/cmdline" 2>/dev/null ||
        [ "$tries" -ge 100 ]; do
        tries=$((tries + 1))
        sleep 0.1
    done
    expect 'runlevel 2 was not reached' test "$tries" -lt 100
    kill -PWR "$(pgrep -P "$starter")"
    ends "$starter" 'after SIGPWR'
}

# A mirror that others have signed is refused before anything of it runs, and a suite is missed by name.
build as_root $debian --keyring=/usr/share/keyrings/debian-archive-bullseye-stable.gpg
without_network
equal 'other keys: status' 1 "$status"
expect 'other keys: message' grep -q 'not signed by the keys in .*-bullseye-stable.gpg;' "$scratch/err"
refute 'other keys: something was unpacked' test -e "$rootfs/usr/bin/dpkg"
build as_root $debian --suite=nosuch
expect 'other suite: message' grep -q 'suite nosuch: not on http' "$scratch/err"

build as_root $debian --packages=hello
built 'first build'
image_is_clean
boot_and_halt
life_in_it
finish
