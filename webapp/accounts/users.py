"""Accounts of staff as the command line and the seeds need them: without Flask, one transaction each.

Passwords are hashed with argon2id at RFC 9106's second recommended cost, in the form that Flask-Security
verifies. They are hashed once: a pepper from SECRET_KEY would lock everybody out when that key changes.
"""

from __future__ import annotations

import unicodedata
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY
from email_validator import EmailNotValidError, validate_email
from sqlalchemy import Engine, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from casework.access import Role as RoleName
from casework.errors import LuotsiError
from webapp.accounts.models import Role, User
from webapp.store.sessions import Sessions

#: Unicode form in which a password is compared; Flask-Security is set to the same.
PASSWORD_FORM: Final = "NFKD"
#: In characters. Long enough that the limit on guesses makes guessing hopeless.
SHORTEST_PASSWORD = 12

_hasher = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)


class AccountError(LuotsiError, ValueError):
    """An account cannot be made or changed as asked; the text says why and names no password."""


@dataclass(frozen=True, slots=True)
class Account:
    """What `luotsi user list` shows of a person."""

    email: str
    worker: str | None
    roles: tuple[str, ...]
    language: str
    active: bool


def add_user(
    engine: Engine,
    *,
    email: str,
    password: str,
    worker: str | None,
    roles: Collection[str],
    language: str,
) -> None:
    """Make an account. Raises AccountError where the address is taken or something given is wrong."""
    address = _address(email)
    if len(password) < SHORTEST_PASSWORD:
        raise AccountError(f"the password needs at least {SHORTEST_PASSWORD} characters")
    with Session(engine) as work, work.begin():
        if _find(work, address) is not None:
            raise AccountError(f"there is an account with the address {address} already")
        work.add(_new(work, address, password, worker, roles, language))


def ensure_user(
    engine: Engine,
    *,
    email: str,
    password: str,
    worker: str | None,
    roles: Collection[str],
    language: str,
) -> None:
    """Make the account, or make the one that there is like this. Running it again changes nothing.

    A changed password ends the person's sessions. The password's length is the seed's own choice.
    """
    address, ended = _address(email), None
    with Session(engine) as work, work.begin():
        user = _find(work, address)
        if user is None:
            work.add(_new(work, address, password, worker, roles, language))
            return
        user.worker, user.language, user.active = worker, language, True
        user.roles = _roles(work, roles)
        if not _verifies(user.password, password):
            ended, user.fs_uniquifier = user.fs_uniquifier, _uniquifier()
            user.password = hashed(password)
    if ended is not None:
        Sessions(engine).end_all_of(ended)


def list_users(engine: Engine) -> Sequence[Account]:
    """All accounts in the order of their addresses."""
    with Session(engine) as work:
        users = work.scalars(select(User).order_by(User.email)).unique()
        return [
            Account(
                user.email,
                user.worker,
                tuple(sorted(role.name for role in user.roles)),
                user.language,
                user.active,
            )
            for user in users
        ]


def disable_user(engine: Engine, email: str) -> None:
    """Shut an account and end its sessions at once. Raises AccountError where there is none."""
    with Session(engine) as work, work.begin():
        user = _find(work, email.strip().lower())
        if user is None:
            raise AccountError("there is no account with this address")
        # Another key: a session that is being written at this moment belongs to nobody.
        ended, user.fs_uniquifier = user.fs_uniquifier, _uniquifier()
        user.active = False
    Sessions(engine).end_all_of(ended)


def workers_of(engine: Engine, user_ids: Iterable[str]) -> Mapping[str, str]:
    """User id as text -> the person's key in the directory; who has none is left out."""
    wanted = [int(user_id) for user_id in user_ids if user_id.isdecimal()]
    if not wanted:
        return {}
    reads = engine.execution_options(isolation_level="AUTOCOMMIT")
    with reads.connect() as connection:
        rows = connection.execute(select(User.id, User.worker).where(User.id.in_(wanted)))
        return {str(row.id): row.worker for row in rows if row.worker}


def hashed(password: str) -> str:
    """The argon2id hash of a password, as it is stored."""
    return _hasher.hash(unicodedata.normalize(PASSWORD_FORM, password))


def _verifies(stored: str, password: str) -> bool:
    try:
        return _hasher.verify(stored, unicodedata.normalize(PASSWORD_FORM, password))
    except VerificationError:
        return False


def _address(email: str) -> str:
    """The address as it is stored: normalised and in small letters, so that it is unique either way."""
    try:
        valid = validate_email(email, check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError:
        raise AccountError("this is not an e-mail address") from None
    return valid.normalized.lower()


def _find(work: Session, address: str) -> User | None:
    return work.scalars(select(User).where(User.email == address)).unique().one_or_none()


def _new(
    work: Session,
    address: str,
    password: str,
    worker: str | None,
    roles: Collection[str],
    language: str,
) -> User:
    return User(
        email=address,
        password=hashed(password),
        active=True,
        fs_uniquifier=_uniquifier(),
        worker=worker,
        language=language,
        roles=_roles(work, roles),
    )


def _roles(work: Session, names: Collection[str]) -> list[Role]:
    known = {role.value for role in RoleName}
    unknown = sorted(set(names) - known)
    if unknown:
        raise AccountError(f"no such role: {', '.join(unknown)}; known: {', '.join(sorted(known))}")
    for name in sorted(set(names)):
        work.execute(insert(Role).values(name=name).on_conflict_do_nothing())
    return list(work.scalars(select(Role).where(Role.name.in_(names)).order_by(Role.name)))


def _uniquifier() -> str:
    return uuid.uuid4().hex
