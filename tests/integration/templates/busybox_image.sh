#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The busybox template: a complete tree, from one program, without a network.
# shellcheck source=check.sh
. "$(dirname "$0")/check.sh"

rootfs=$scratch/c/rootfs
inside() { as_root chroot "$rootfs" /bin/sh -c "$1"; }
mode_of() { stat -c %a "$rootfs/$1"; }

complete_tree() {
    for folder in bin dev etc home proc root run sbin sys tmp usr/bin usr/sbin var/tmp var/log; do
        expect "$1: no folder $folder" test -d "$rootfs/$folder"
    done
    for file in passwd group shadow inittab init.d/rcS profile hostname hosts os-release fstab resolv.conf; do
        expect "$1: no file /etc/$file" test -f "$rootfs/etc/$file"
    done
    busybox --list-full | while read -r applet; do
        [ -e "$rootfs/$applet" ] || [ -L "$rootfs/$applet" ] || echo "$applet"
    done >"$scratch/missing"
    equal "$1: applets that are missing" '' "$(cat "$scratch/missing")"
    equal "$1: links that lead nowhere" '' \
        "$(inside 'find / -xdev -type l | while read -r link; do [ -e "$link" ] || echo "$link"; done')"
    equal "$1: files that run as someone else" '' "$(find "$rootfs" -perm /6000)"
    equal "$1: files of others than root" '' "$(inside 'find / -xdev ! -user 0 -o ! -group 0')"
    equal "$1: modes" '755 1777 1777 700 640' \
        "$(mode_of .) $(mode_of tmp) $(mode_of var/tmp) $(mode_of root) $(mode_of etc/shadow)"
    equal "$1: accounts with a password" '' "$(cut -d : -f 2 "$rootfs/etc/shadow" | grep -v -x '\*' || :)"
    equal "$1: a command" 'hello 0' "$(inside 'echo hello "$(id -u)"')"
    equal "$1: /sbin/init" /bin/busybox "$(inside 'readlink -f /sbin/init')"
}

umask 077
build as_root busybox
umask 022
built 'first build'
complete_tree 'all ids'
expect 'progress' progress_is_sound
equal 'stderr' '' "$(cat "$scratch/err")"
equal 'left in TMPDIR' '' "$(ls -A "$scratch/tmp")"
equal 'config' 'lxc.signal.halt = SIGINT|lxc.signal.reboot = SIGTERM|' "$(tr '\n' '|' <"$scratch/c/config")"
equal 'hostname of an image' '' "$(cat "$rootfs/etc/hostname")"
refute 'name in an image' grep -r -q probe "$rootfs/etc"
as_root cp -a "$rootfs" "$scratch/first"

# An image depends on nothing but its key: another name, the same tree.
fresh
call as_root busybox --path "$scratch/c" --name other --rootfs "$rootfs" --mapped-uid 0 --mapped-gid 0
built 'second build'
expect 'second build differs' diff -r --no-dereference "$scratch/first" "$rootfs"

build as_single busybox
built 'one id'
complete_tree 'one id'

# For one container it has the name; keys that the config has already are left alone.
extra_environment=CUBBY_IMAGE=0
fresh
printf 'lxc.uts.name = x\nlxc.signal.halt=SIGUSR2\n' >"$scratch/c/config"
call as_root busybox --path="$scratch/c" --name=probe
built 'container'
equal 'container: hostname' probe "$(cat "$rootfs/etc/hostname")"
expect 'container: hosts' grep -q '^127.0.1.1 probe$' "$rootfs/etc/hosts"
equal 'container: config' 'lxc.uts.name = x|lxc.signal.halt=SIGUSR2|lxc.signal.reboot = SIGTERM|' \
    "$(tr '\n' '|' <"$scratch/c/config")"
finish
