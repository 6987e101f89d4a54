# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
# Runs mmdebstrap or debootstrap as root of the user namespace.

bind_devices=$template_folder/engine/bind_devices

# run_tool READER COMMAND…: COMMAND's output goes, line by line, to READER, which ends with the command's status.
run_tool() {
    reader=$1
    shift
    {
        tool_status=0
        "$@" </dev/null 2>&1 || tool_status=$?
        printf 'cubby-exit %s\n' "$tool_status"
    } | "$reader" || explain
}

# The reason of a failed tool, from its own words.
explain() {
    log=$work/tool.log
    tail -n 20 "$log"
    uris=$(cut -d ' ' -f 1 "$work/sources" | sort -u | tr '\n' ' ')
    uris=${uris% }
    unsigned='NO_PUBKEY|EXPKEYSIG|BADSIG|not signed|signatures? could|[Ii]nvalid (Release )?signature|unknown key'
    unreachable='Could not (resolve|connect)|Unable to connect|Connection (failed|timed out)|Failed getting release'
    if grep -q -E "$unsigned" "$log"; then
        fail "$uris: not signed by the keys in $keyring; give the right --keyring=FILE"
    elif grep -q -E 'No such script' "$log"; then
        fail "suite $suite: debootstrap does not know it; check --suite, or apt-get install mmdebstrap"
    elif grep -q -E 'does not have a Release file|[Ii]nvalid Release file|404 +Not Found.*Release' "$log"; then
        fail "suite $suite: not on $uris; check --suite and --mirror (old releases: http://archive.debian.org/debian)"
    elif missing=$(grep -E -o "Unable to locate package [^ ]+|Couldn't find these debs: .*" "$log" | tail -n 1) &&
        [ -n "$missing" ]; then
        fail "packages: $missing; check --packages and --components"
    elif grep -q -E "$unreachable" "$log"; then
        fail "$uris: cannot be reached; check the network and the proxy, or give --mirror=URL"
    elif grep -q -E 'No space left on device' "$log"; then
        fail "no space left on the disk of $rootfs"
    fi
    fail "$tool: $(sed -n -e 's/^E: //p' -e 's/^dpkg: error: //p' "$log" | head -n 1); the lines above say more"
}

# Folders that merged /usr turns into links, beside bin, sbin and lib, as Debian lists them by architecture.
library_links() {
    case $1 in
        amd64) echo 'lib32 lib64 libx32' ;;
        i386) echo 'lib64 libx32' ;;
        mips64el) echo 'lib32 lib64 libo32' ;;
        ppc64el | ppc64 | loong64) echo lib64 ;;
        s390x) echo lib32 ;;
    esac
}

# Merged /usr from the first moment, so that usrmerge, and with it all of perl, need not be installed.
merge_usr_hook() {
    # shellcheck disable=SC2016 # $1 and $d are the hook's own
    printf 'set -eu; cd "$1"; for d in bin sbin lib %s; do mkdir -p "usr/$d"; ln -s "usr/$d" "$d"; done; ' \
        "$(library_links "$architecture")"
    # shellcheck disable=SC1003
    printf 'printf "%%s\\n" "Package: usrmerge" "Pin: release *" "Pin-Priority: -1" >%s' \
        etc/apt/preferences.d/00cubby-usrmerge
}

# The packages beside the variant's own, with commas.
wanted_packages() {
    case $init in
        sysv) printf 'sysvinit-core,' ;;
        systemd) printf 'systemd-sysv,dbus,' ;;
    esac
    ! grep -q '^https:' "$work/sources" || printf 'ca-certificates,'
    printf '%s\n' "$packages"
}

# Which documentation dpkg leaves out, as lines for dpkg.cfg.d.
docs_rules() {
    case $docs in
        full) return 0 ;;
        none) printf '%s\n' 'path-exclude=/usr/share/man/*' 'path-exclude=/usr/share/info/*' \
            'path-exclude=/usr/share/doc/*' 'path-include=/usr/share/doc/*/copyright' ;;
        english) printf '%s\n' 'path-exclude=/usr/share/man/*' 'path-include=/usr/share/man/man[1-9]/*' ;;
    esac
    printf '%s\n' 'path-exclude=/usr/share/locale/*' 'path-include=/usr/share/locale/locale.alias'
}

# What was unpacked before dpkg read those rules.
trim_docs() {
    [ "$docs" != full ] || return 0
    find "$rootfs/usr/share/locale" -mindepth 1 -maxdepth 1 ! -name locale.alias -exec rm -rf {} +
    find "$rootfs/usr/share/man" -mindepth 1 -maxdepth 1 ! -name 'man[1-9]' -exec rm -rf {} +
    [ "$docs" = none ] || return 0
    rm -rf "$rootfs"/usr/share/man/* "$rootfs"/usr/share/info/*
    find "$rootfs/usr/share/doc" ! -type d ! -name copyright -delete
}

with_mmdebstrap() {
    set -- --verbose --mode=root --format=directory "--variant=$variant" "--architectures=$architecture" \
        "--aptopt=$work/build.conf" "--dpkgopt=$work/dpkg.cfg" "--setup-hook=$(merge_usr_hook)"
    if [ "$id_map" = single ]; then
        export bind_devices
        # shellcheck disable=SC2016 # the hooks' own $1
        set -- "$@" --skip=chroot/mount/dev '--extract-hook=exec /bin/sh "$bind_devices" "$1"' \
            '--customize-hook=umount -R "$1/dev"'
    fi
    wanted=$(wanted_packages)
    [ -z "${wanted%,}" ] || set -- "$@" "--include=${wanted%,}"
    set -- "$@" "$suite" "$rootfs"
    while read -r uri line; do
        set -- "$@" "deb [signed-by=$keyring] $uri $line"
    done <"$work/sources"
    run_tool read_mmdebstrap mmdebstrap "$@"
}

# apt_proxy SCHEME: the proxy that apt is configured with, for the programs that read the environment.
apt_proxy() {
    sed -n "s|^Acquire::$1::Proxy \"\(.*\)\";\$|\1|p" "$work/build.conf" | grep -v '^DIRECT$' | tail -n 1
}

# apt inside the image: it adds the suites that debootstrap does not know of, and the packages with their dependencies.
finish_debootstrap() {
    write_sources
    { cat "$work/build.conf" && echo 'Acquire::Languages "none";'; } >"$rootfs/etc/apt/apt.conf.d/90cubby-build"
    cp /etc/resolv.conf "$rootfs/etc/resolv.conf"
    cp /etc/hosts "$rootfs/etc/hosts"
    printf '#!/bin/sh\nexit 101\n' >"$rootfs/usr/sbin/policy-rc.d"
    chmod 755 "$rootfs/usr/sbin/policy-rc.d"
    set --
    for package in $(wanted_packages | tr ',' ' '); do
        set -- "$@" "$package"
    done
    # shellcheck disable=SC2016 # expanded by the shell in the image
    run_tool read_apt chroot "$rootfs" env DEBIAN_FRONTEND=noninteractive DEBCONF_NONINTERACTIVE_SEEN=true /bin/sh -c \
        'set -eu; apt-get -y update; apt-get -y dist-upgrade
        [ $# -eq 0 ] || apt-get -y --no-install-recommends install "$@"' \
        apt "$@"
}

# debootstrap leaves device nodes alone that are there already, when it is told that it runs in an LXC container.
with_debootstrap() {
    /bin/sh "$bind_devices" "$rootfs"
    read -r uri first_suite _ <"$work/sources"
    set -- "--arch=$architecture" --force-check-gpg "--keyring=$keyring" "--components=$components"
    [ "$variant" = important ] || set -- "$@" "--variant=$variant"
    http_proxy=${http_proxy-$(apt_proxy http)} https_proxy=${https_proxy-$(apt_proxy https)}
    export http_proxy https_proxy
    mkdir -p "$rootfs/etc/dpkg/dpkg.cfg.d"
    cp "$work/dpkg.cfg" "$rootfs/etc/dpkg/dpkg.cfg.d/99cubby-build"
    run_tool read_debootstrap env container=lxc debootstrap "$@" "$first_suite" "$rootfs" "$uri"
    finish_debootstrap
    trim_docs
    umount -R "$rootfs/dev"
    for kernel_mount in proc sys; do
        umount -R "$rootfs/$kernel_mount" 2>/dev/null || :
    done
}

deb_build() {
    HOME=$work TMPDIR=$work
    export HOME TMPDIR
    choose_sources
    choose_apt_settings
    docs_rules >"$work/dpkg.cfg"
    # Nobody waits for a disk here: a build that is interrupted is thrown away whole.
    echo force-unsafe-io >>"$work/dpkg.cfg"
    progress 0 100 "$tool: $suite from $(cut -d ' ' -f 1 "$work/sources" | head -n 1)"
    "with_$tool"
    deb_finish
    set_up_init
    progress 100 100 "$suite is ready"
}
