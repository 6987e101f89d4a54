# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a disk may hold after the power went: from the trace of one command, every state that the kernel promised no
better than (after ALICE, Pillai and others, OSDI 2014).

The model: a change of a directory (a name made, removed or renamed) is on the disk once that directory was synced; the
bytes of a file once the file was; before that each may be there or not, bytes also in part or as zeros, and changes of
one directory keep their order, as every journalling file system does.
"""

import pathlib
import re

CALLS = "openat,openat2,open,write,fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat,rmdir,ftruncate"
TRACE = ["strace", "-f", "-y", "-xx", "-s", "1000000", "-e", f"trace={CALLS}"]

LINE = re.compile(r"^(?:\d+ +)?(\w+)\((.*)\) += (\d+)(?:<(.*)>)?$")
AT = re.compile(r"^(?:AT_FDCWD(?:<([^>]*)>)?|\d+<([^>]*)>)$")


def text(quoted):
    return bytes.fromhex(quoted.strip('"').replace("\\x", ""))


def path_of(directory, name):
    matched = AT.match(directory)
    folder = bytes.fromhex((matched.group(1) or matched.group(2) or "").replace("\\x", "")).decode()
    return str(pathlib.PurePosixPath(folder, text(name).decode()))


def operations(trace, below):
    """The changes below a directory, in order: ("name", folder, what…), ("bytes", file, content), ("sync", path)."""
    found = []
    unfinished = {}
    for line in trace.splitlines():
        pid = line.split(" ", 1)[0]
        if line.endswith("<unfinished ...>"):
            unfinished[pid] = line[:-len(" <unfinished ...>")]
            continue
        resumed = re.match(r"^\d+ +<\.\.\. \w+ resumed>(.*)$", line)
        if resumed and pid in unfinished:
            line = unfinished.pop(pid) + resumed.group(1)
        matched = LINE.match(line)
        if matched:
            found += [operation for operation in operation_of(matched) if operation[1].startswith(below)]
    return found


def operation_of(matched):
    call, arguments, _, opened = matched.groups()
    words = re.split(r", (?![^{]*\})", arguments)
    if call in ("openat", "openat2") and "O_CREAT" in arguments:
        path = bytes.fromhex(opened.replace("\\x", "")).decode() if opened else path_of(words[0], words[1])
        yield ("name", path, "make")
    elif call == "write":
        path = AT.match(words[0])
        if path and path.group(2) and path.group(2).startswith("\\x2f"):
            yield ("bytes", bytes.fromhex(path.group(2).replace("\\x", "")).decode(), text(words[1]))
    elif call in ("fsync", "fdatasync"):
        yield ("sync", bytes.fromhex(AT.match(words[0]).group(2).replace("\\x", "")).decode())
    elif call in ("renameat", "renameat2"):
        yield ("name", path_of(words[0], words[1]), "rename", path_of(words[2], words[3]))
    elif call == "unlinkat":
        yield ("name", path_of(words[0], words[1]), "remove")
    elif call == "mkdirat":
        yield ("name", path_of(words[0], words[1]), "mkdir")


def states(operations_seen):
    """Every set of operations that may have reached the disk: as a tuple of ("all" | "none" | "half" | "zeros")."""
    found = set()
    for cut in range(len(operations_seen) + 1):
        found |= set(reorderings(operations_seen[:cut]))
    return sorted(found)


def reorderings(done):
    """After a cut: what was synced is there; of each directory's later changes a prefix; of each file's bytes anything."""
    free_names, free_bytes = {}, []
    for index, operation in enumerate(done):
        if operation[0] == "name":
            folders = {str(pathlib.PurePosixPath(path).parent) for path in (operation[1], *operation[3:])}
            if not any(later[0] == "sync" and later[1] in folders for later in done[index:]):
                free_names.setdefault(sorted(folders)[0], []).append(index)
        elif operation[0] == "bytes" and not any(later[:2] == ("sync", operation[1]) for later in done[index:]):
            free_bytes.append(index)
    choices = [["all"] * len(done)]
    for indexes in free_names.values():
        choices = [lose(choice, indexes[kept:], "none") for choice in choices for kept in range(len(indexes) + 1)]
    for index in free_bytes:
        choices = [lose(choice, [index], how) for choice in choices for how in ("all", "none", "half", "zeros")]
    return [tuple(choice) for choice in choices]


def lose(choice, indexes, how):
    return [how if index in indexes else kept for index, kept in enumerate(choice)]


def replay(operations_seen, state, move):
    """Does to the directory what reached the disk; `move` takes a path of the trace to the one to be changed."""
    for operation, how in zip(operations_seen, state):
        if operation[0] == "sync" or how == "none":
            continue
        path = pathlib.Path(move(operation[1]))
        try:
            if operation[0] == "bytes":
                content = operation[2]
                written = {"all": content, "half": content[:len(content) // 2], "zeros": bytes(len(content))}[how]
                path.write_bytes(written)
            elif operation[2] == "make":
                path.touch(mode=0o600)
            elif operation[2] == "mkdir":
                path.mkdir(mode=0o700)
            elif operation[2] == "rename":
                path.rename(move(operation[3]))
            elif path.is_dir():
                path.rmdir()
            else:
                path.unlink()
        except (FileNotFoundError, FileExistsError, NotADirectoryError, OSError):
            pass  # the name that it needs did not reach the disk
