"""Where the embedded servers keep their data, and as whom they run.

PostgreSQL refuses to run as root, and its wheel's own starter opens the mode of every folder
above the data. Here root's servers run as `nobody`, below /var/lib, and only folders made here
get a mode.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOTS_HOME = Path("/var/lib/luotsi-demo")
CHECKOUT = Path(__file__).resolve().parents[2]


class EmbeddedServerError(Exception):
    """A server cannot be started or ended; the text is one plain line for a person."""


@dataclass(frozen=True)
class Account:
    """The user and group, by number, that a server runs as."""

    uid: int
    gid: int


def server_account() -> Account | None:
    """The account servers drop to: `nobody` when we are root, None (stay as we are) otherwise.

    An existing account is used on purpose: the demo leaves the machine's user list as it was.
    """
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError as error:
        raise EmbeddedServerError(
            "PostgreSQL cannot run as root and this machine has no user 'nobody': "
            "run as an ordinary user"
        ) from error
    return Account(entry.pw_uid, entry.pw_gid)


def home_of(checkout: Path = CHECKOUT) -> Path:
    """Where the demo's folder for a checkout is or would be: `.luotsi/`, below /var/lib as root."""
    if os.geteuid() != 0:
        return checkout / ".luotsi"
    return ROOTS_HOME / hashlib.sha256(str(checkout.resolve()).encode()).hexdigest()[:16]


def data_home(checkout: Path = CHECKOUT) -> Path:
    """The same, made if it is missing."""
    home = home_of(checkout)
    if os.geteuid() != 0:
        return make_folder(home, 0o700)
    make_folder(ROOTS_HOME, 0o755)
    return make_folder(home, 0o711)


def make_folder(folder: Path, mode: int, account: Account | None = None) -> Path:
    """Make `folder` with exactly `mode`; one that exists keeps the mode and the owner it has."""
    try:
        folder.mkdir()
    except FileExistsError:
        return folder
    except OSError as error:
        raise EmbeddedServerError(f"cannot make {folder}: {error.strerror}") from error
    folder.chmod(mode)
    if account is not None:
        os.chown(folder, account.uid, account.gid)
    return folder


def temporary_home(name: str) -> Path:
    """A fresh folder for servers of a test run; open for passage, not for reading."""
    home = Path(tempfile.mkdtemp(prefix=f"luotsi-{name}-"))
    home.chmod(0o711)
    return home


def allows(account: Account | None, letter: str, path: Path) -> bool:
    """Whether `account` may use `path` (letter r, w or x), as the kernel sees it."""
    if account is None:
        return os.access(path, {"r": os.R_OK, "w": os.W_OK, "x": os.X_OK}[letter])
    try:
        answer = subprocess.run(
            ["test", f"-{letter}", str(path)],
            user=account.uid,
            group=account.gid,
            extra_groups=[],
            cwd="/",
            check=False,
        )
    except PermissionError as error:
        raise EmbeddedServerError(
            "PostgreSQL cannot run as root and root may not change user here: "
            "run as an ordinary user"
        ) from error
    return answer.returncode == 0


def package_folder(package: str) -> Path:
    """Where an installed package lies; not imported, as the wheels' starters do things then."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedServerError(
            f"the package {package} is missing: install requirements/demo.txt"
        )
    return Path(spec.submodule_search_locations[0])


def reachable_copy(package: str, probe: str, account: Account | None, *beside: str) -> Path:
    """The package's folder if `account` can run `probe` in it, else a copy that it can run.

    A checkout in /root, or one installed under umask 077, is closed to `nobody`; instead of opening
    it the files are copied once. `beside` names sibling folders (shared libraries) to copy as well.
    """
    source = package_folder(package)
    if account is None or _usable(account, source / probe, source):
        return source
    version = importlib.metadata.version(package)
    shelf = make_folder(make_folder(ROOTS_HOME, 0o755) / "programs", 0o755)
    target = shelf / f"{package}-{version}"
    if not target.exists():
        _copy_open([source, *(source.parent / name for name in beside)], shelf, target)
    if not allows(account, "x", target / package / probe):
        raise EmbeddedServerError(f"the user 'nobody' cannot run programs in {target}")
    return target / package


def _usable(account: Account, program: Path, source: Path) -> bool:
    # A program may be open while a umask at installation closed the rest: one plain file tells.
    return allows(account, "x", program) and allows(account, "r", source / "__init__.py")


def _copy_open(sources: list[Path], shelf: Path, target: Path) -> None:
    # Copied aside and renamed, so that a half-made copy is never taken for a whole one.
    fresh = Path(tempfile.mkdtemp(prefix="copy-", dir=shelf))
    for source in sources:
        shutil.copytree(source, fresh / source.name, symlinks=True)
    for path in [fresh, *fresh.rglob("*")]:
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
    try:
        fresh.rename(target)
    except OSError:
        # Another start was quicker; its copy is as good as ours.
        shutil.rmtree(fresh)


class FolderLock:
    """One process at a time on a folder; the kernel lets go when its holder dies."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "lock"
        self._descriptor: int | None = None

    def take(self) -> bool:
        """Try once, without waiting; False when another process holds it."""
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode())
        self._descriptor = descriptor
        return True

    @property
    def descriptor(self) -> int:
        """The open file that carries the lock, for handing on to a child."""
        if self._descriptor is None:
            raise EmbeddedServerError(f"{self.path} is not held")
        return self._descriptor

    def holder(self) -> int | None:
        """The process id that last took the lock, if the file says so."""
        text = self.path.read_text().strip() if self.path.exists() else ""
        return int(text) if text.isdigit() else None

    def release(self) -> None:
        """Let go; a lock that is not held stays as it is."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
