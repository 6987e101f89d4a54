#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Hosts and arguments that cannot work: one line, the right status, nothing left.
# shellcheck source=check.sh
. "$(dirname "$0")/check.sh"

# without COMMAND…: as root, where the files of $hidden (blanks between them) cannot be executed.
hidden=''
without() {
    as_root /bin/sh -c '
        for file in $1; do [ ! -e "$file" ] || mount --bind /dev/null "$file"; done
        shift
        exec "$@"' sh "$hidden" "$@"
}
where_is() {
    for folder in /usr/local/sbin /usr/local/bin /usr/sbin /usr/bin /sbin /bin; do
        printf '%s ' "$folder/$1"
    done
}

# --- busybox ---------------------------------------------------------------------------------------------------------
printf '#!/bin/sh\nprintf "bin/ash\\nbin/busybox\\nsbin/init\\n"\n' >"$scratch/not-static"
printf '#!/bin/sh\nexit 1\n' >"$scratch/not-busybox"
chmod 755 "$scratch/not-static" "$scratch/not-busybox"

build as_root busybox --busybox-path="$scratch/not-static"
refused 'busybox that needs other files' 1 'is not static, so it does not run in a container; apt-get install'
build as_root busybox --busybox-path="$scratch/not-busybox"
refused 'another program' 1 'is not a busybox with ash and init; apt-get install busybox-static'
build as_root busybox --busybox-path="$scratch/nothing"
refused 'no such program' 1 'no such file'
build as_root busybox --busybox-path="$scratch/err"
refused 'not executable' 1 'is not an executable file'
build as_root busybox --arch=s390x
refused 'another architecture' 2 "--arch 's390x'"
hidden=$(where_is busybox)
build without busybox
refused 'no busybox' 3 'busybox is not installed; apt-get install busybox-static'

# --- debian ----------------------------------------------------------------------------------------------------------
debian=recipes/debian
hidden="$(where_is mmdebstrap) $(where_is debootstrap)"
build without $debian
refused 'no tool' 3 'neither mmdebstrap nor debootstrap is installed; apt-get install mmdebstrap'
hidden=$(where_is mmdebstrap)
build without $debian --tool=mmdebstrap
refused 'not the tool that is asked for' 3 'mmdebstrap is not installed; apt-get install mmdebstrap'
hidden=$(where_is gpgv)
build without $debian
refused 'no gpgv' 3 'gpgv is not installed; apt-get install gpgv'
build as_root $debian --keyring=/nonexistent.gpg
refused 'no keyring' 1 'keyring /nonexistent.gpg: cannot be read'
build as_root $debian --keyring=relative.gpg
refused 'relative keyring' 2 'not an absolute path'
build as_root $debian --suite='book worm'
refused 'bad suite' 2 "--suite 'book worm': not a valid value"
build as_root $debian --suite=
refused 'empty suite' 2 "--suite '': a value is needed"
build as_root $debian --packages='a;reboot'
refused 'bad package' 2 "--packages 'a;reboot': not a valid value"
build as_root $debian --mirror=ftp://deb.example/debian
refused 'bad mirror' 2 'not an http:// or https:// address'
build as_root $debian --mirror='http://deb.example/ [trusted=yes]'
refused 'options in a mirror' 2 'not a valid value'
build as_root $debian --security-mirror=http://deb.example/security
refused 'security mirror alone' 2 '--security-mirror: goes with --mirror only'
build as_root $debian --variant=important --init=sysv
refused 'two inits' 2 "--init 'sysv': variant important brings systemd"
for option in variant init docs host-apt tool; do
    build as_root $debian --$option=nosuch
    refused "bad $option" 2 "--$option 'nosuch': not one of"
done

# A mirror that nobody serves, with either tool: discard's port of this machine.
for tool in mmdebstrap debootstrap; do
    command -v $tool >/dev/null || continue
    build as_root $debian --tool=$tool --mirror=http://127.0.0.1:9/debian
    equal "$tool, no mirror: status" 1 "$status"
    equal "$tool, no mirror: stderr" \
        'debian: http://127.0.0.1:9/debian: cannot be reached; check the network and the proxy, or give --mirror=URL' \
        "$(cat "$scratch/err")"
    equal "$tool, no mirror: left in TMPDIR" '' "$(ls -A "$scratch/tmp")"
    expect "$tool, no mirror: mounts are left" test "$(grep -c "$scratch" /proc/self/mounts)" -eq 0
done
finish
