# SPDX-License-Identifier: LGPL-2.1-or-later
"""A container's life through python3-lxc."""

import os
import re
import threading
import time

import lxc


def our_library():
    with open("/proc/self/maps", encoding="ascii") as maps:
        return re.search(r"/\S*/liblxc\.so\S*", maps.read()).group()


def ran(c, function, argument, **more):
    return os.waitstatus_to_exitcode(c.attach_wait(function, argument, **more))


def created():
    c = lxc.Container("py")
    assert not c.defined and not c.running and c.state == "STOPPED" and c.init_pid == -1
    assert c.create("busybox")
    assert c.defined and c.get_config_item("lxc.uts.name") == "py"
    assert c.config_file_name == os.path.join(lxc.default_config_path, "py", "config")
    return c


def configured(c):
    assert c.set_config_item("lxc.environment", ["ONE=1", "TWO=2"])
    assert c.get_config_item("lxc.environment") == ["ONE=1", "TWO=2"]
    assert c.append_config_item("lxc.environment", "THREE=3")
    assert len(c.get_config_item("lxc.environment")) == 3
    assert c.clear_config_item("lxc.environment")
    assert c.set_config_item("lxc.environment", "ONLY=here")
    assert not c.set_config_item("lxc.signal.halt", "SIGNOTHING")
    assert "lxc.uts.name" in c.get_keys()
    assert "path" in c.get_keys("lxc.rootfs")
    try:
        c.get_config_item("lxc.no.such.key")
        raise AssertionError("an unknown key has a value")
    except KeyError:
        pass
    assert c.save_config()
    assert lxc.Container("py").get_config_item("lxc.environment") == ["ONLY=here"]


def inside(c):
    def function(given):
        assert os.getuid() == 0 and os.environ and given == "given"
        with open("/from-python", "w", encoding="ascii") as made:
            made.write(given)
        return 11

    assert ran(c, function, "given") == 11
    assert ran(c, lxc.attach_run_command, ["sh", "-c", "test $(cat /from-python) = given && exit 4"]) == 4
    assert ran(c, lxc.attach_run_command, ["sh", "-c", "test $ONLY$container = herelxc"]) == 0
    read, write = os.pipe()
    pid = c.attach(lambda end: os.write(end, b"from inside"), write)
    os.close(write)
    assert os.read(read, 100) == b"from inside"
    os.waitpid(pid, 0)
    assert ran(c, lxc.attach_run_command, ["hostname", "-F", "/no"], namespaces=lxc.CLONE_NEWUTS) != 0
    # As many at once as there are threads, each with a function of Python's.
    found = []
    threads = [threading.Thread(target=lambda at=at: found.append(ran(c, lambda given: given, at)))
               for at in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == list(range(6)), found


def listens(c):
    """A signal to a first process that does not wait for it yet is lost; busybox's catches SIGTSTP when it does."""
    words = ["sh", "-c", "until grep -q '^SigCgt:.*8....$' /proc/1/status; do sleep 0.1; done"]
    assert ran(c, lxc.attach_run_command, words) == 0


def running(c):
    assert c.start() and c.wait("RUNNING", 10) and c.running and c.init_pid > 1
    assert not c.start()
    assert "py" in lxc.list_containers() and "py" in lxc.list_containers(active=True, defined=False)
    assert "lo" in c.get_interfaces()
    assert "127.0.0.1" in c.get_ips(interface="lo")
    inside(c)
    assert c.get_running_config_item("lxc.uts.name") == "py"
    # What there is no control group for.
    for ask in (lambda: c.get_cgroup_item("memory.usage_in_bytes"), lambda: c.set_cgroup_item("pids.max", "9")):
        try:
            assert not ask()
        except KeyError:
            pass
    assert not c.freeze() and not c.unfreeze() and c.state == "RUNNING"
    console = c.console_getfd()
    os.write(console, b"echo from-the-console\n")
    seen = b""
    while b"from-the-console" not in seen:
        seen += os.read(console, 100)
    os.close(console)
    before = c.init_pid
    listens(c)
    assert c.reboot()
    while c.init_pid in (before, -1):  # a restart is asked for, and comes
        time.sleep(0.02)
    assert not c.snapshot()
    assert c.snapshot_list() == ()
    assert c.add_device_node("/dev/full", "/dev/filled") and c.remove_device_node("/dev/full", "/dev/filled")
    listens(c)
    assert c.shutdown(30) and c.wait("STOPPED", 30) and not c.running


def copied(c):
    other = c.clone("py-copy")
    assert other and other.defined and other.get_config_item("lxc.uts.name") == "py-copy"
    assert other.start() and other.wait("RUNNING", 10)
    assert ran(other, lxc.attach_run_command, ["cat", "/from-python"], stdout=os.open("/dev/null", os.O_RDWR)) == 0
    assert other.stop()
    moved = other.rename("py-moved")
    assert moved and moved.defined and moved.name == "py-moved"
    assert moved.destroy() and not moved.defined
    assert c.destroy() and not c.defined


print("library", our_library())
container = created()
configured(container)
running(container)
copied(container)
assert lxc.version.startswith("7.0") and lxc.list_containers() == ()
print("all is well")
