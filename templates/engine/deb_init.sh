# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
# PID 1 of the image.

# Boot and halt scripts for hardware, file systems and names that a container's init does not own.
hardware_scripts='bootlogs brightness checkfs.sh checkroot-bootclean.sh checkroot.sh hostname.sh hwclock.sh
mount-configfs mountall-bootclean.sh mountall.sh mountdevsubfs.sh mountkernfs.sh mountnfs-bootclean.sh mountnfs.sh
umountfs umountnfs.sh umountroot urandom'

sysv_init() {
    for script in $hardware_scripts; do
        rm -f "$rootfs"/etc/rc?.d/[SK][0-9][0-9]"$script"
    done
    cat >"$rootfs/usr/local/sbin/container-boot" <<'EOF'
#!/bin/sh
# First program of init: what the boot scripts expect of /run, then those that are for this container.
mountpoint -q /run || mount -t tmpfs -o mode=755,nosuid,nodev tmpfs /run
mkdir -p /run/lock
chmod 1777 /run/lock
: >/run/utmp
exec /etc/init.d/rc S
EOF
    chmod 755 "$rootfs/usr/local/sbin/container-boot"
    mkdir -p "$rootfs/etc/inittab.d"
    cat >"$rootfs/etc/inittab" <<'EOF'
# inittab(5) of a container: no hardware, one console.
id:2:initdefault:
si::sysinit:/usr/local/sbin/container-boot
l0:0:wait:/etc/init.d/rc 0
l1:1:wait:/etc/init.d/rc 1
l2:2:wait:/etc/init.d/rc 2
l3:3:wait:/etc/init.d/rc 3
l4:4:wait:/etc/init.d/rc 4
l5:5:wait:/etc/init.d/rc 5
l6:6:wait:/etc/init.d/rc 6
# SIGPWR: the container is told to stop.  SIGINT: to start again.
pf::powerwait:/sbin/shutdown -h now
ca::ctrlaltdel:/sbin/shutdown -r now
co:2345:respawn:/sbin/agetty --noclear --keep-baud console 115200 vt220
EOF
    add_config lxc.signal.halt SIGPWR
    add_config lxc.signal.reboot SIGINT
}

systemd_init() {
    ln -sf /lib/systemd/system/multi-user.target "$rootfs/etc/systemd/system/default.target"
    add_config lxc.signal.halt SIGRTMIN+3
    add_config lxc.signal.reboot SIGINT
}

set_up_init() {
    case $init in
        sysv) sysv_init ;;
        systemd) systemd_init ;;
    esac
}
