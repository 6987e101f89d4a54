"""Numbers to Markdown: medians, spread, ratios, and the wanted ratios with what was measured."""

import dataclasses
import datetime
import os
import pathlib
import platform
import shutil
import statistics
import subprocess


@dataclasses.dataclass
class Row:
    """samples: one list a command of the contender, nanoseconds."""

    name: str
    samples: list

    def totals(self):
        return [sum(parts) / 1e6 for parts in zip(*self.samples)]

    def median(self):
        return statistics.median(self.totals())

    def parts(self):
        return [statistics.median(part) / 1e6 for part in self.samples]


def find(rows, name):
    for row in rows:
        if row.name == name:
            return row
    return None


def ratio(row, base):
    return f"{row.median() / base.median():.2f}" if base else ""


def table(rows, bases):
    """A Markdown table of the rows in ms. bases: names of the rows whose ratio gets a column."""
    with_parts = any(len(row.samples) > 1 for row in rows)
    heads = ["", "median ms", "p10", "p90"] + (["each command"] if with_parts else [])
    heads += [f"× {base}" for base in bases]
    lines = ["| " + " | ".join(heads) + " |", "| --- |" + " ---: |" * (len(heads) - 1)]
    for row in rows:
        deciles = statistics.quantiles(row.totals(), n=10, method="inclusive")
        cells = [row.name, f"{row.median():.2f}", f"{deciles[0]:.2f}", f"{deciles[-1]:.2f}"]
        if with_parts:
            cells.append(" + ".join(f"{part:.2f}" for part in row.parts()))
        cells += [ratio(row, find(rows, base)) for base in bases]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def memory_table(memory):
    """memory: name to (PSS, RSS) in KiB, or None where the kernel does not let us look."""
    lines = ["| | PSS MB | RSS MB |", "| --- | ---: | ---: |"]
    for name, sizes in memory.items():
        cells = [f"{size / 1024:.2f}" for size in sizes] if sizes else ["not readable", ""]
        lines.append(f"| {name} | {cells[0]} | {cells[1]} |")
    return "\n".join(lines)


@dataclasses.dataclass
class Goal:
    """measured: None when the run did not measure it."""

    wanted: str
    limit: float
    measured: float | None

    def missed(self):
        return self.measured is not None and self.measured > self.limit


def over(rows, name, base):
    row, below = find(rows, name), find(rows, base)
    return row.median() / below.median() if row and below else None


def goals(run, life, make, memory, listing):
    sizes = memory.get("cubby-monitor")
    listed = find(listing, "cubby ls")
    return [
        Goal("cubby run ≤ 1.5 × floor", 1.5, over(run, "cubby run --rootfs", "floor")),
        Goal("cubby run ≤ 0.5 × crun run", 0.5, over(run, "cubby run --rootfs", "crun run")),
        Goal("start + stop -k ≤ 0.333 × LXC's", 1 / 3, over(life, "cubby start + stop -k", "lxc-start + lxc-stop -k")),
        Goal("create + destroy ≤ 0.1 × LXC's", 0.1, over(make, "cubby create + destroy", "lxc-create + lxc-destroy")),
        Goal("cubby-monitor PSS ≤ 0.5 MB", 0.5, sizes[0] / 1024 if sizes else None),
        Goal("cubby ls, 1,000 containers ≤ 50 ms", 50, listed.median() if listed else None),
    ]


def command_goals(fancy, inside):
    return [
        Goal("lxc-ls -f ≤ 0.2 × LXC's", 0.2, over(fancy, "lxc-ls -f (cubby)", "lxc-ls -f (LXC)")),
        Goal("lxc-info ≤ LXC's", 1, over(inside, "lxc-info (cubby)", "lxc-info (LXC)")),
        Goal("lxc-attach -- true ≤ LXC's", 1, over(inside, "lxc-attach -- true (cubby)", "lxc-attach -- true (LXC)")),
    ]


def goal_table(found):
    lines = ["| wanted | measured | |", "| --- | ---: | --- |"]
    for goal in found:
        if goal.measured is None:
            lines.append(f"| {goal.wanted} | | not measured |")
        else:
            lines.append(f"| {goal.wanted} | {goal.measured:.3f} | {'missed' if goal.missed() else 'met'} |")
    return "\n".join(lines)


# ---- where it was measured


def first_line(argv):
    """The first line a program says about its version; empty if there is no such program."""
    if not shutil.which(argv[0]):
        return ""
    done = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return (done.stdout.strip().splitlines() or [""])[0]


def field(path, name):
    for line in pathlib.Path(path).read_text().splitlines():
        key, _, value = line.partition(":" if ":" in line else "=")
        if key.strip() == name:
            return value.strip().strip('"')
    return "?"


def machine(work, cubby):
    memory = int(field("/proc/meminfo", "MemTotal").split()[0]) / 1024 / 1024
    filesystem = first_line(["findmnt", "-n", "-o", "FSTYPE", "-T", str(work)])
    system = field("/etc/os-release", "PRETTY_NAME")
    versions = [
        first_line([cubby, "--version"]) if cubby else "",
        first_line(["bwrap", "--version"]),
        first_line(["crun", "--version"]),
        "lxc " + first_line(["lxc-execute", "--version"]),
        first_line(["busybox"]),
    ]
    return "\n".join(
        [
            f"- machine: {os.cpu_count()} × {field('/proc/cpuinfo', 'model name')}, {memory:.0f} GiB",
            f"- system: {system}, Linux {platform.release().split('-')[0]}, {filesystem}",
            f"- date: {datetime.date.today()}",
            f"- versions: {'; '.join(version for version in versions if version.strip())}",
        ]
    )
