"""A process gives up what it does not need: memory, files, other directories, the network. There is no way back.

What Linux cannot do here is told, not hidden; the limits on memory and files hold on every system that has them.
"""

from __future__ import annotations

import ctypes
import os
import resource
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

_PR_SET_NO_NEW_PRIVS = 38
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_PATH_BENEATH = 1
_EXECUTE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 2, 1 << 3
_READ = _EXECUTE | _READ_FILE | _READ_DIR
_OF_FILES = _EXECUTE | 1 << 1 | _READ_FILE | 1 << 14
"""What can be allowed of a single file: to run, write, read and cut it."""
_RIGHTS_OF_ABI = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 5: (1 << 16) - 1}
_TCP = 1 << 0 | 1 << 1
_SYSTEM = (
    "/usr",
    "/lib",
    "/lib64",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/proc/self",
    "/proc/meminfo",
    "/proc/cpuinfo",
)
_MACHINE = ("/sys/fs/cgroup", "/sys/devices/system/cpu", "/dev/null", "/dev/urandom")
"""An engine looks here for how many processors and how much memory it may use, and ends when it may not."""


@dataclass(frozen=True, slots=True)
class Confines:
    """What a process may use: memory and size of a file in MB, open files, directories to read and to write."""

    memory_mb: int
    file_mb: int
    open_files: int
    readable: tuple[Path, ...]
    writable: tuple[Path, ...]


def confine(confines: Confines) -> bool:
    """Confine this process, before it has a second thread; whether its view of the disk and network is closed too."""
    _limit(resource.RLIMIT_DATA, confines.memory_mb << 20)
    _limit(resource.RLIMIT_FSIZE, confines.file_mb << 20)
    _limit(resource.RLIMIT_NOFILE, confines.open_files)
    _limit(resource.RLIMIT_CORE, 0)
    own = {sys.prefix, sys.base_prefix, *filter(None, sys.path)}
    return _closed((*map(Path, own), *map(Path, (*_SYSTEM, *_MACHINE)), *confines.readable), confines.writable)


def _limit(what: int, most: int) -> None:
    _, hard = resource.getrlimit(what)
    wanted = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(what, (wanted, wanted))


def _closed(readable: Sequence[Path], writable: Sequence[Path]) -> bool:
    """Landlock: everything that is not named is closed, network included (landlock(7)); False where there is none."""
    if not sys.platform.startswith("linux"):
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    abi = libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(1))
    if abi < 1:
        return False
    rights = _RIGHTS_OF_ABI[max(version for version in _RIGHTS_OF_ABI if version <= abi)]
    handled = (ctypes.c_uint64 * 2)(rights, _TCP)
    size = ctypes.sizeof(handled) if abi >= 4 else 8
    rules = libc.syscall(_CREATE_RULESET, ctypes.byref(handled), ctypes.c_size_t(size), ctypes.c_uint32(0))
    if rules < 0:
        return False
    try:
        _allow(libc, rules, readable, _READ & rights)
        _allow(libc, rules, writable, rights)
        if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
            return False
        return bool(libc.syscall(_RESTRICT_SELF, rules, ctypes.c_uint32(0)) == 0)
    finally:
        os.close(rules)


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _layout_ = "ms"
    _fields_ = (("allowed", ctypes.c_uint64), ("directory", ctypes.c_int32))


def _allow(libc: ctypes.CDLL, rules: int, paths: Iterable[Path], rights: int) -> None:
    for path in paths:
        try:
            descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except OSError:
            continue  # what is not there needs no permission
        try:
            own = rights if path.is_dir() else rights & _OF_FILES
            rule = _PathBeneath(own, descriptor)
            libc.syscall(_ADD_RULE, rules, _PATH_BENEATH, ctypes.byref(rule), ctypes.c_uint32(0))
        finally:
            os.close(descriptor)
