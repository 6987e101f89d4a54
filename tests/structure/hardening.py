#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the compiler and the linker were asked to do against break-ins, looked for in the installed programs themselves.

    hardening.py --build DIR       installs that build into a folder of its own and looks at every program there
"""

import argparse
import pathlib
import subprocess
import sys
import tempfile

# Without a C library: nothing runs in them before the first instruction of ours, so there must be nothing to relocate.
FREESTANDING = {"cubby-idmap", "cubby-init"}
# The last program of cubby in a container; it takes no input but its words, and has no room for a canary's set-up.
WITHOUT_CANARY = {"cubby-init"}
# Small enough that no call of theirs has a fortified form.
WITHOUT_FORTIFIED_CALLS = FREESTANDING


def tool(*words):
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout


class Program:
    def __init__(self, path):
        self.name = path.name
        self.header = tool("readelf", "-hW", str(path))
        self.segments = tool("readelf", "-lW", str(path))
        self.dynamic = tool("readelf", "-dW", str(path))
        self.relocations = tool("readelf", "-rW", str(path))
        self.notes = tool("readelf", "-nW", str(path))
        self.code = tool("objdump", "-d", "--no-show-raw-insn", str(path)) if self.name in FREESTANDING else ""
        self.symbols = tool("nm", str(path)) if self.name not in FREESTANDING else ""

    def findings(self):
        segments = {line.split()[0]: line.split() for line in self.segments.splitlines() if line.startswith("  ")
                    and line.split()[0].isupper()}
        kind = "DYN (Shared" if self.name.startswith("lib") else "DYN (Position-Independent"
        if kind not in self.header:
            yield "is not position independent"
        if "GNU_RELRO" not in segments:
            yield "has no read-only relocations"
        if "BIND_NOW" not in self.dynamic and "NOW" not in self.dynamic:
            yield "does not bind at start"
        if "RWE" in self.segments or " WE " in self.segments:
            yield "has memory that can be written and run"
        if "TEXTREL" in self.dynamic:
            yield "relocates its code"
        if "RPATH" in self.dynamic or "RUNPATH" in self.dynamic:
            yield "names folders to search libraries in"
        if self.name in FREESTANDING:
            yield from self.freestanding()
        else:
            if "__stack_chk_fail" not in self.symbols:
                yield "has no stack protector"
            if "_chk" not in self.symbols.replace("__stack_chk_fail", ""):
                yield "has no fortified call"

    def freestanding(self):
        if "INTERP" in self.segments:
            yield "needs a loader"
        if "NEEDED" in self.dynamic:
            yield "needs a library"
        if "no relocations" not in self.relocations:
            yield "has relocations, which nobody would apply"
        if self.name not in WITHOUT_CANARY and "%fs:0x28" not in self.code and "tpidr_el0" not in self.code:
            yield "has no stack protector"
        if "IBT" not in self.notes and "BTI" not in self.notes:
            yield "is not marked for branch protection"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", required=True)
    build = parser.parse_args().build
    with tempfile.TemporaryDirectory() as prefix:
        subprocess.run(["cmake", "--install", build, "--prefix", prefix], check=True, capture_output=True)
        paths = [path for folder in ("bin", "libexec/cubby") for path in sorted(pathlib.Path(prefix, folder).iterdir())
                 if path.is_file() and not path.is_symlink() and path.read_bytes()[:4] == b"\x7fELF"]
        paths += [path for path in pathlib.Path(prefix).glob("**/liblxc.so.*") if not path.is_symlink()]
        programs = [Program(path) for path in paths]
    assert any(one.name.startswith("liblxc.so") for one in programs)
    assert {"cubby", "cubby-monitor", "cubby-holder", "cubby-idmap", "cubby-init"} <= {one.name for one in programs}
    findings = [f"{program.name} {what}" for program in programs for what in program.findings()]
    print("\n".join(findings))
    print(f"hardening: {len(programs)} programs, {len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
