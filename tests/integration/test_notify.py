# SPDX-License-Identifier: LGPL-2.1-or-later
"""System calls that a policy notifies: lxc.seccomp.notify.proxy and .cookie, with a real program behind the socket."""

import array
import errno
import os
import pathlib
import socket
import struct
import threading

import harness

HEAD = struct.Struct("=QiiHHH2xQ")  # reserved, monitor, init, three sizes, length of the cookie
CALL = struct.Struct("=QIIiIQ6Q")  # id, pid, flags, number, ABI, instruction, arguments
ANSWER = struct.Struct("=QqiI")  # id, value, error, flags
CONTINUE = 1  # SECCOMP_USER_NOTIF_FLAG_CONTINUE


class Proxy:
    """Answers each call as `decide(path)` says: (value, error, flags), or bytes, or None for an end without an answer."""

    def __init__(self, path, decide):
        self.decide = decide
        self.heads, self.paths, self.cookies, self.processes = [], [], [], []
        self.listening = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.listening.bind(str(path))
        self.listening.listen()
        self.thread = threading.Thread(target=self.accept, daemon=True)
        self.thread.start()

    def accept(self):
        while True:
            try:
                client, _ = self.listening.accept()
            except OSError:
                return
            with client:
                while self.serve(client):
                    pass

    def serve(self, client):
        fds = array.array("i")
        data, extra, _, _ = client.recvmsg(65536, socket.CMSG_SPACE(4 * fds.itemsize))
        for level, kind, part in extra:
            assert (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS)
            fds.frombytes(part[:len(part) // fds.itemsize * fds.itemsize])
        if not data:
            return False
        try:
            return self.answer(client, data, fds)
        finally:
            for fd in fds:
                os.close(fd)

    def answer(self, client, data, fds):
        head = HEAD.unpack_from(data)
        call = CALL.unpack_from(data, HEAD.size)
        self.heads.append(head)
        self.cookies.append(data[HEAD.size + head[3] + head[4]:][:head[6]])
        with os.fdopen(os.open("status", os.O_RDONLY, dir_fd=fds[0])) as status:
            self.processes.append(dict(line.rstrip("\n").split(":\t", 1) for line in status if ":\t" in line))
        # mkdir's first argument is the path, mkdirat's second.
        memory = os.pread(fds[1], 64, call[6 if call[3] == 83 else 7])
        self.paths.append(memory.split(b"\0")[0].decode())
        decided = self.decide(self.paths[-1])
        if decided is None:
            return False
        if isinstance(decided, bytes):
            client.send(decided)
            return True
        client.send(data[:HEAD.size + head[3]] + ANSWER.pack(call[0], *decided) + data[HEAD.size + head[3] + head[4]:])
        return True

    def close(self):
        if self.listening.fileno() >= 0:
            self.listening.shutdown(socket.SHUT_RDWR)
            self.listening.close()


class Notify(harness.Configured):
    def setUp(self):
        self.path = self.home / "proxy"
        self.policy = self.home / "policy"
        self.policy.write_text("2\ndenylist\n[all]\nmkdir notify\nmkdirat notify\n")

    def proxy(self, decide):
        proxy = Proxy(self.path, decide)
        self.addCleanup(self.path.unlink, missing_ok=True)
        self.addCleanup(proxy.close)
        return proxy

    def start(self, *lines):
        self.started(f"lxc.seccomp.profile = {self.policy}", f"lxc.seccomp.notify.proxy = unix:{self.path}", *lines)

    def inside(self, script):
        return self.cubby("attach", "c", "--", "sh", "-c", script + " 2>&1; true")

    def test_a_program_answers(self):
        answers = {"/refused": (0, -errno.EDQUOT, 0), "/lied": (0, 0, 0)}
        proxy = self.proxy(lambda path: answers.get(path, (0, 0, CONTINUE)))
        self.start("lxc.seccomp.notify.cookie = web1")
        self.assertIn("uota", self.inside("mkdir /refused"))
        self.assertEqual(self.inside("mkdir /lied; ls -d /lied"), "ls: /lied: No such file or directory\n")
        self.assertEqual(self.inside("mkdir /made; ls -d /made"), "/made\n")
        self.assertEqual(proxy.paths[-3:], ["/refused", "/lied", "/made"])
        self.assertEqual(set(proxy.cookies), {b"web1"})
        self.assertEqual({head[2] for head in proxy.heads}, {self.info()["pid"]})
        self.assertEqual({head[1] for head in proxy.heads}, {self.monitor()})
        self.assertEqual({head[3:6] for head in proxy.heads}, {(CALL.size, ANSWER.size, 64)})
        self.assertEqual({process["Name"] for process in proxy.processes[-3:]}, {"mkdir"})

    def info(self):
        return harness.json.loads(self.cubby("info", "--json", "c"))

    def monitor(self):
        return int((self.config.parent / "monitor").read_text())

    def test_the_containers_own_init_and_its_children(self):
        proxy = self.proxy(lambda path: (0, 0, CONTINUE))
        self.configure(f"lxc.seccomp.profile = {self.policy}", f"lxc.seccomp.notify.proxy = unix:{self.path}")
        self.cubby("start", "c", "--", "/bin/sh", "-c", "mkdir /by-init; sh -c 'mkdir /by-child'; sleep 1000")
        self.wait_for(lambda: "/by-child" in proxy.paths)
        self.assertIn("/by-init", proxy.paths)
        self.assertEqual(self.inside("ls -d /by-init /by-child"), "/by-child\n/by-init\n")

    def test_nobody_answers(self):
        self.start()
        self.assertIn("not implemented", self.inside("mkdir /x"))
        # One that comes later is found.
        self.proxy(lambda path: (0, 0, CONTINUE))
        self.assertEqual(self.inside("mkdir /x; ls -d /x"), "/x\n")

    def test_a_proxy_that_is_restarted(self):
        first = self.proxy(lambda path: (0, 0, CONTINUE))
        self.start()
        self.assertEqual(self.inside("mkdir /x; ls -d /x"), "/x\n")
        self.path.unlink()
        first.close()
        second = self.proxy(lambda path: (0, -errno.EDQUOT, 0))
        first.decide = lambda path: None  # its connection ends with the next call
        self.assertIn("uota", self.inside("mkdir /y"))
        self.assertEqual(second.paths, ["/y"])

    def test_answers_that_are_none(self):
        for bad in (b"", b"x", b"\0" * 136, None):
            with self.subTest(bad):
                proxy = self.proxy(lambda path: bad if path == "/bad" else (0, 0, CONTINUE))
                self.start()
                self.assertIn("not implemented", self.inside("mkdir /bad"))
                self.assertEqual(self.inside("mkdir -p /good; ls -d /good"), "/good\n")
                self.cubby("stop", "-k", "c")
                proxy.close()
                self.path.unlink()

    def test_no_process_is_left(self):
        self.proxy(lambda path: (0, 0, CONTINUE))
        self.start()
        monitor = self.monitor()
        found = lambda: [entry for entry in os.listdir("/proc") if entry.isdigit() and self.is_notifier(entry, monitor)]
        self.assertEqual(len(found()), 1)
        self.cubby("stop", "-k", "c")
        self.wait_for(lambda: not found(), what="its end")

    def is_notifier(self, pid, monitor):
        try:
            stat = pathlib.Path("/proc", pid, "stat").read_text()
            return "(cubby-notify)" in stat and int(stat.rsplit(")", 1)[1].split()[1]) == monitor
        except OSError:
            return False

    def test_what_cannot_be_notified(self):
        for lines, says in (("denylist\nsendmsg notify", "sendmsg cannot be notified"), ("denylist notify\nmkdir allow", "not for all others")):
            self.policy.write_text(f"2\n{lines}\n")
            self.configure(f"lxc.seccomp.profile = {self.policy}")
            self.assertIn(says, self.run_cubby("start", "c").stderr.decode())
            self.assertEqual(self.state("c"), "STOPPED")


if __name__ == "__main__":
    harness.main()
