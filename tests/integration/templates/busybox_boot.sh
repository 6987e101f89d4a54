#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# busybox as PID 1: its boot scripts run, and the signals of the template's config end it.
# shellcheck source=check.sh
. "$(dirname "$0")/check.sh"

rootfs=$scratch/c/rootfs

# boot SIGNAL: starts the tree, waits for its script, sends SIGNAL, waits for the end.
boot() {
    : >"$rootfs/probe"
    unshare --user --map-root-user --map-auto --mount --pid --ipc --uts --net --fork --kill-child -- \
        /bin/sh -c 'mount -t proc proc "$1/proc" || mount --rbind /proc "$1/proc"; exec chroot "$1" /sbin/init' \
        sh "$rootfs" >"$scratch/boot" 2>&1 </dev/null &
    starter=$!
    wait_for 'started' 10
    init=$(pgrep -P "$starter")
    equal "$1: PID 1" init "$(tr '\0' '\n' <"/proc/$init/cmdline" | sed '1s,.*/,,;1q')"
    kill -"$1" "$init"
    wait_for 'stopped' 10
    ends "$starter" "$1"
}

# wait_for WORD SECONDS: a line of the probe.
wait_for() {
    tries=$(($2 * 10))
    while [ "$tries" -gt 0 ] && ! grep -q "^$1\$" "$rootfs/probe"; do
        tries=$((tries - 1))
        sleep 0.1
    done
    expect "the scripts were not $1" grep -q "^$1\$" "$rootfs/probe"
}

build as_root busybox
built 'first build'
cat >"$rootfs/etc/init.d/S50probe" <<'EOF'
#!/bin/sh
case $1 in
    start)
        sleep 1000 &
        echo started >>/probe
        ;;
    stop) echo stopped >>/probe ;;
esac
EOF
chmod 755 "$rootfs/etc/init.d/S50probe"

# The signals of the template's own configuration.
signals=$(sed -n 's/^lxc.signal.[a-z]* = SIG//p' "$scratch/c/config")
equal 'signals of the config' 2 "$(echo "$signals" | wc -w)"
for signal in $signals; do
    boot "$signal"
done
finish
