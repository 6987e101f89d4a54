# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
# What is the same in every image of .deb packages once they are installed.

# Where the packages came from, as deb822 (sources.list(5)); keys of one's own go into the image with it.
write_sources() {
    signed_by=$image_keyring
    if [ "$own_keyring" = yes ]; then
        signed_by=/etc/apt/keyrings/cubby-${keyring##*/}
        mkdir -p "$rootfs/etc/apt/keyrings"
        cp -- "$keyring" "$rootfs$signed_by"
        chmod 644 "$rootfs$signed_by"
    fi
    rm -f "$rootfs/etc/apt/sources.list"
    mkdir -p "$rootfs/etc/apt/sources.list.d"
    while read -r uri suite_here components_here; do
        printf 'Types: deb\nURIs: %s\nSuites: %s\nComponents: %s\nSigned-By: %s\n\n' \
            "$uri" "$suite_here" "$components_here" "$signed_by"
    done <"$work/sources" >"$rootfs/etc/apt/sources.list.d/$host_distribution.sources"
}

# Settings that stay: documentation that is left out, and what apt needs to reach the mirror from here.
write_settings() {
    rm -f "$rootfs/etc/apt/apt.conf.d/99mmdebstrap" "$rootfs/etc/apt/apt.conf.d/90cubby-build" \
        "$rootfs/etc/dpkg/dpkg.cfg.d/99mmdebstrap" "$rootfs/etc/dpkg/dpkg.cfg.d/99cubby-build" \
        "$rootfs/etc/apt/preferences.d/00cubby-usrmerge" "$rootfs/usr/sbin/policy-rc.d"
    if [ "$docs" != full ]; then
        {
            echo '# Left out of this image; remove this file and reinstall a package to have all of it.'
            docs_rules
        } >"$rootfs/etc/dpkg/dpkg.cfg.d/cubby-docs"
    fi
    if [ -s "$work/image.conf" ]; then
        {
            echo '// Taken over from the host that built this image, so that its mirror can be used.'
            cat "$work/image.conf"
        } >"$rootfs/etc/apt/apt.conf.d/90cubby-host"
    fi
}

# Names and identity: nothing of the host, and nothing that two containers of one image must not share.
write_identity() {
    rm -f "$rootfs/etc/hostname" "$rootfs/etc/resolv.conf" "$rootfs/etc/hosts"
    : >"$rootfs/etc/resolv.conf"
    printf '%s\n' '127.0.0.1 localhost' '::1 localhost ip6-localhost ip6-loopback' >"$rootfs/etc/hosts"
    if [ "${CUBBY_IMAGE-}" = 1 ]; then
        : >"$rootfs/etc/hostname"
    else
        printf '%s\n' "$container_name" >"$rootfs/etc/hostname"
        printf '127.0.1.1 %s\n' "$container_name" >>"$rootfs/etc/hosts"
    fi
    [ ! -e "$rootfs/etc/machine-id" ] || : >"$rootfs/etc/machine-id"
    rm -f "$rootfs/var/lib/dbus/machine-id" "$rootfs/var/lib/systemd/random-seed"
    echo 'LANG=C.UTF-8' >"$rootfs/etc/default/locale"
    echo '# Mounts of the container itself; those that cubby makes are in its configuration.' >"$rootfs/etc/fstab"
    lock_root
}

# No password opens root: "*" in the second field of shadow(5).  The file keeps its owner and mode.
lock_root() {
    sed 's/^root:[^:]*:/root:*:/' "$rootfs/etc/shadow" >"$work/shadow"
    cat "$work/shadow" >"$rootfs/etc/shadow"
}

remove_leftovers() {
    rm -rf "$rootfs"/var/lib/apt/lists/* "$rootfs"/var/cache/apt/*.bin "$rootfs"/var/cache/apt/archives/*.deb \
        "$rootfs"/var/cache/debconf/*-old "$rootfs"/var/lib/dpkg/*-old "$rootfs/var/cache/ldconfig/aux-cache" \
        "$rootfs"/var/log/apt/* "$rootfs"/var/log/*.log "$rootfs"/tmp/* "$rootfs"/run/* "${rootfs:?}"/dev/* \
        "$rootfs"/etc/passwd- "$rootfs"/etc/group- "$rootfs"/etc/shadow- "$rootfs"/etc/gshadow- "$rootfs/debootstrap"
    mkdir -p "$rootfs/dev" "$rootfs/proc" "$rootfs/sys" "$rootfs/run/lock"
    chmod 1777 "$rootfs/tmp" "$rootfs/run/lock"
}

deb_finish() {
    progress 97 100 'setting up the container'
    write_sources
    write_settings
    write_identity
    remove_leftovers
    add_config lxc.environment LANG=C.UTF-8
}
