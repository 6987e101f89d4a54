# SPDX-License-Identifier: LGPL-2.1-or-later
"""Remembers which inputs passed, so that a slow check looks only at what changed; and runs such checks side by side."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Callable, Iterator, NamedTuple, Optional


class Job(NamedTuple):
    name: str
    digest: str  # of everything that the outcome depends on
    command: list[str]


class Outcome(NamedTuple):
    name: str
    status: int
    output: str


class Stamps:
    """One empty file a passed job.  Without a folder, nothing is remembered."""

    def __init__(self, folder: Optional[Path]):
        self.folder = folder
        if folder:
            folder.mkdir(parents=True, exist_ok=True)

    def has(self, job: Job) -> bool:
        return bool(self.folder) and (self.folder / job.digest).exists()

    def put(self, job: Job) -> None:
        if self.folder:
            (self.folder / job.digest).touch()

    def drop_others(self, keep: set[str]) -> None:
        for file in self.folder.iterdir() if self.folder else ():
            if file.name not in keep:
                file.unlink(missing_ok=True)


def default_jobs() -> int:
    return len(os.sched_getaffinity(0))


def run_all(jobs: list[Job], stamps: Stamps, side_by_side: int, failed: Callable[[Outcome], bool]) -> Iterator[Outcome]:
    """Runs the jobs that have no stamp; gives each failure as soon as those before it are known."""

    def run(job: Job) -> Outcome:
        done = subprocess.run(job.command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
                              stdin=subprocess.DEVNULL, check=False)
        outcome = Outcome(job.name, done.returncode, done.stdout)
        if not failed(outcome):
            stamps.put(job)
        return outcome

    waiting = [job for job in jobs if not stamps.has(job)]
    with ThreadPoolExecutor(max_workers=side_by_side) as pool:
        for count, outcome in enumerate(pool.map(run, waiting), start=1):
            show_progress(count, len(waiting))
            if failed(outcome):
                yield outcome


def show_progress(done: int, of: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{done}/{of}" if done < of else "\r\033[K", end="", file=sys.stderr, flush=True)
