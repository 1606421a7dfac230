"""Object code on disk, so that what was compiled once is only loaded the next time.

An entry is a file of its own, named by its key and written under another name first: readers see
all of it or nothing, and of several writers the last one wins. Its first bytes are a checksum.
"""

from __future__ import annotations

import logging
import os
import tempfile
from contextlib import suppress
from functools import cache
from hashlib import sha256
from pathlib import Path

LIMIT = 512 << 20
"""Bytes of all entries; those not used for the longest time go first."""

_LOG = logging.getLogger("qfin")
_CHECKSUM = sha256().digest_size
_BETWEEN_EVICTIONS = 32
"""Entries written; looking at all files takes longer than writing one."""


@cache
def cache_in(directory: Path) -> Cache:
    """The cache of that directory; one for each, so that each warns once."""
    return Cache(directory)


class Cache:
    """Entries below a directory, which is made when the first one is written.

    Nothing here fails: an entry that is damaged or cannot be read is not there, and when none can
    be written the log says so, once.
    """

    def __init__(self, directory: Path, limit: int = LIMIT):
        self.directory = directory / "objects"
        self._limit = limit
        self._written = 0
        self._warned = False

    def get(self, key: str) -> bytes | None:
        """The entry of that key; None without one."""
        path = self.directory / key
        try:
            content = path.read_bytes()
            os.utime(path)  # used now, as far as eviction is concerned
        except OSError:
            # Where only the time cannot be set, the directory is not ours to keep entries in.
            return None
        checksum, entry = content[:_CHECKSUM], content[_CHECKSUM:]
        return entry if checksum == _checksum(key, entry) else None

    def put(self, key: str, entry: bytes) -> None:
        """Writes an entry, in place of one of the same key."""
        try:
            self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self.directory, delete=False) as file:
                try:
                    file.write(_checksum(key, entry) + entry)
                    file.close()
                    os.replace(file.name, self.directory / key)
                except BaseException:
                    os.unlink(file.name)
                    raise
            if self._written % _BETWEEN_EVICTIONS == 0:
                self._evict()
            self._written += 1
        except OSError as error:
            if not self._warned:
                self._warned = True
                _LOG.warning(
                    "warning: compiled code cannot be kept in %s (%s): set QFIN_CACHE_DIR to a"
                    " directory that can be written, or compile with cache=False (--no-cache)",
                    self.directory,
                    error.strerror or error,
                )

    def _evict(self) -> None:
        """Takes away what was not used for the longest time, down to the limit."""
        files: list[tuple[os.stat_result, str]] = []
        for entry in os.scandir(self.directory):
            with suppress(FileNotFoundError):  # another process may evict, or rename, right now
                if entry.is_file():
                    files.append((entry.stat(), entry.path))
        size = sum(status.st_size for status, _ in files)
        for status, path in sorted(files, key=lambda file: file[0].st_mtime_ns):
            if size <= self._limit:
                return
            Path(path).unlink(missing_ok=True)
            size -= status.st_size


def _checksum(key: str, entry: bytes) -> bytes:
    """With the key, so that a file under another's name is none."""
    return sha256(key.encode() + entry).digest()
