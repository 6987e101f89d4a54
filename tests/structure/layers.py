#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who may include whom: the floors of docs/architecture.md, section 3, and no cycle between files."""

import sys
from typing import Iterator, NamedTuple, Optional

from includes import Graph, Include
from source_tree import SHIPPED_ROOTS, Finding, parser, report


class Room(NamedTuple):
    folder: str
    floor: Optional[int]  # None: stands apart, and may include only what `only` names
    only: Optional[tuple[str, ...]] = None  # instead of every lower floor: these rooms
    also: tuple[str, ...] = ()  # rooms that stand apart and may be included as well
    headers: tuple[tuple[str, tuple[str, ...]], ...] = ()  # of these rooms, only these headers
    data: bool = False  # values only: no header from which a system call could be made


BASE, KERNEL, SPEC, PLAN, LAUNCH = (f"user-runtime/{name}" for name in ("base", "kernel", "spec", "plan", "launch"))
GUARD = "setuid-helpers/guard"
# What specs and plans say about the kernel: sets and names, no calls.
VOCABULARY = ((KERNEL, ("kernel/capabilities.h", "kernel/namespaces.h")),)

# THE table.  A file may include its own room and every room on a lower floor; rooms on one floor never include each
# other.  A folder belongs to the room with the longest matching name; code in no room is an error.
ROOMS = (
    Room("user-runtime/cli", 8),
    Room("user-runtime/capi", 8),
    Room("user-runtime/ocicli", 8),
    Room("user-runtime/container", 7),
    Room("user-runtime/monitor", 6),
    Room("user-runtime/assembly", 5, also=("netns-helper/wire",)),
    Room(LAUNCH, 5, only=(PLAN, KERNEL, BASE), also=("user-runtime/launch/init",)),
    Room("user-runtime/config/lxc", 4),
    Room("user-runtime/config/oci", 4),
    Room("user-runtime/storage", 4),
    Room("user-runtime/network", 4, also=("setuid-helpers/wire", "netns-helper/wire")),
    Room("user-runtime/security", 4),
    Room("user-runtime/images", 4),
    Room("cgroup-delegate", 4),
    Room(PLAN, 3, headers=VOCABULARY, data=True),
    Room(SPEC, 2, headers=VOCABULARY, data=True),
    Room(KERNEL, 1),
    Room(BASE, 0),
    # Apart: programs of their own.
    Room("user-runtime/launch/init", None, only=(LAUNCH, GUARD),
         headers=((LAUNCH, ("launch/message.h",)), (GUARD, ("setuid-helpers/guard/system_calls.h",)))),
    Room("setuid-helpers/idmap", None, only=("setuid-helpers/guard", "setuid-helpers/wire")),
    Room("setuid-helpers/nic", None, only=("setuid-helpers/guard", "setuid-helpers/wire")),
    Room("setuid-helpers/guard", None, only=("setuid-helpers/wire",)),
    Room("setuid-helpers/wire", None, only=()),
    Room("netns-helper", None, only=(BASE, KERNEL, "netns-helper/wire")),
    Room("netns-helper/wire", None, only=(BASE,)),
    Room("templates", None, only=()),
)

# Headers that the build writes, by the room they belong to.
GENERATED = {"filters.inc": "user-runtime/security"}

# A data room that includes one of these is about to do something.
ACTING_HEADERS = {
    "<dirent.h>", "<filesystem>", "<fstream>", "<grp.h>", "<iostream>", "<poll.h>", "<pwd.h>", "<signal.h>",
    "<spawn.h>", "<sys/epoll.h>", "<sys/ioctl.h>", "<sys/mman.h>", "<sys/socket.h>", "<sys/syscall.h>",
    "<sys/wait.h>", "<syscall.h>", "<thread>", "<unistd.h>",
}

BY_FOLDER = {room.folder: room for room in ROOMS}


def room_of(path: str) -> Optional[Room]:
    folder = path.rsplit("/", 1)[0] if "/" in path else ""
    while folder and folder not in BY_FOLDER:
        folder = folder.rsplit("/", 1)[0] if "/" in folder else ""
    return BY_FOLDER.get(folder)


def refusal(room: Room, target: Room, name: str) -> str:
    """Why a file of `room` may not include the header `name` of `target`; empty if it may."""
    if target.folder == room.folder or target.folder in room.also:
        return ""
    if room.only is not None and target.folder not in room.only:
        return f"{room.folder} may include only: {', '.join(room.only) or 'nothing outside itself'}"
    for folder, headers in room.headers:
        if target.folder == folder and name not in headers:
            return f"of {folder}, {room.folder} may include only {', '.join(headers)}"
    if room.only is not None:
        return ""
    if target.floor is None:
        return f"{target.folder} stands apart and is not open to {room.folder}"
    if room.floor is None or target.floor > room.floor:
        return f"goes up from floor {room.floor} to floor {target.floor}"
    if target.floor == room.floor:
        return f"rooms of floor {room.floor} never include each other"
    return ""


def check_include(path: str, room: Room, include: Include) -> Iterator[Finding]:
    def finding(why: str) -> Finding:
        return Finding(path, include.line, f"includes {include.written}: {why}")

    if include.written[:1] not in ('"', "<"):
        yield finding("a computed include cannot be checked")
    elif include.written.startswith("<"):
        if room.data and include.written in ACTING_HEADERS:
            yield finding(f"{room.folder} is data only")
    elif include.written.strip('"').endswith(".cpp"):
        yield finding("a .cpp file is never included")
    else:
        name = include.written.strip('"')
        target = room_of(include.target) if include.target else BY_FOLDER.get(GENERATED.get(name, ""))
        if target is None:
            yield finding("no such file in a room of this tree; system headers are written <so>")
        else:
            why = refusal(room, target, name)
            if why:
                yield finding(why)


def check_files(graph: Graph) -> Iterator[Finding]:
    for path in graph.files:
        if not path.startswith(tuple(f"{root}/" for root in SHIPPED_ROOTS)):
            continue
        if path in graph.unreadable:
            yield Finding(path, graph.unreadable[path].line, str(graph.unreadable[path]))
        room = room_of(path)
        if room is None:
            yield Finding(path, 1, "in no room of the floor plan (the table in tests/structure/layers.py)")
            continue
        for include in graph.includes[path]:
            yield from check_include(path, room, include)


def cycles(graph: Graph) -> Iterator[Finding]:
    """Each include cycle once, at the include that closes it."""
    done: set[str] = set()
    for start in graph.files:
        trail: list[str] = []
        rest = [iter([start])]
        while rest:
            path = next(rest[-1], None)
            if path is None:
                rest.pop()
                if trail:
                    done.add(trail.pop())
            elif path in trail:
                loop = trail[trail.index(path):]
                line = next(one.line for one in graph.includes[loop[-1]] if one.target == path)
                yield Finding(loop[-1], line, "include cycle: " + " -> ".join((*loop, path)))
            elif path not in done:
                trail.append(path)
                rest.append(iter(graph.targets(path)))


def main() -> int:
    root = parser(__doc__ or "").parse_args().root
    graph = Graph(root)
    return report("layers", [*check_files(graph), *cycles(graph)], len(graph.files))


if __name__ == "__main__":
    sys.exit(main())
