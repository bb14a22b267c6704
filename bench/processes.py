"""Processes and what they cost, as the kernel counted it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Cost:
    """Of one process: CPU and wall seconds, peak memory, what it wrote."""

    cpu_s: float
    wall_s: float
    memory_mb: float
    output: bytes


def environment() -> dict[str, str]:
    """As a user's shell has it: Python keeps byte code."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def run(*arguments: str) -> Cost:
    """Runs a Python module (``bizops``, ``bench.dashboard`` …) to its end, which must be a good one."""
    begun = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", *arguments], stdout=subprocess.PIPE, env=environment())
    assert process.stdout is not None
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stdout.close()
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, arguments, output)
    return Cost(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024, output)
