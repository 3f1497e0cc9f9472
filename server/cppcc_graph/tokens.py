"""
Who may write: the tokens of a store, in ``tokens.json`` beside its data, each with a name and a grant.

A token is ``cppcc_<id>_<secret>``. The secret has 256 random bits and is shown once; at rest there is only the SHA-256
of the token. A slow, salted hash makes guessing dear where people choose passwords; nobody guesses 256 random bits, so
one round of an approved hash function is enough, and a write costs a microsecond instead of a tenth of a second
(NIST SP 800-63B, section 5.1.2.2: look-up secrets of 112 bits or more are hashed, without salt or key derivation).

The file is read again whenever it changes, so a token is made and revoked while a server runs. A file that cannot be
read lets nobody in. The name of a revoked token stays in it and is never given again, as the history knows by it who
wrote.
"""

import hmac
import json
import os
import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from fcntl import LOCK_EX, flock
from hashlib import sha256
from pathlib import Path
from typing import TypeAlias

from cppcc_graph.errors import BadGrant, StoreUnavailable, Unauthorised
from cppcc_graph.grants import Grant as Grant
from cppcc_graph.grants import check_grant
from cppcc_graph.phrases import mark
from cppcc_graph.token_list import Contents, Issued, contents_of, document_of

FILE = "tokens.json"
IN_TEXT = re.compile(r"(cppcc_[0-9a-f]{16})_[A-Za-z0-9_-]+")
"""A token in any text; its first group may be shown."""

_FORM = re.compile(r"cppcc_([0-9a-f]{16})_[A-Za-z0-9_-]{43}")
_BEARER = re.compile(r"bearer +([^\s,]+)", re.IGNORECASE)
_OTHERS_WRITE = 0o022
_Stamp: TypeAlias = tuple[int, int, int, int]


_NOBODY = Issued(id="", digest="0" * 64, grant=Grant(name="-"), created=datetime.min.replace(tzinfo=UTC))


class Tokens:
    """The tokens of one store; may be asked from several threads."""

    def __init__(self, folder: Path) -> None:
        """
        Args:
            folder: Of the store; without the file there are no tokens.
        """
        self._folder = folder
        self._path = folder / FILE
        self._known: tuple[_Stamp | None, Mapping[str, Issued]] = (None, {})

    def grant_for(self, authorization: str | None) -> Grant:
        """
        What the value of the header ``Authorization`` allows.

        An unknown id, a wrong secret and a right one cost the same: one hash, and one comparison in constant time.

        Raises:
            Unauthorised: there is none, or it is not accepted.
            StoreUnavailable: the file cannot be read; nobody is let in.

        Spec: RFC 6750, section 2.1 (Authorization Request Header Field).
        """
        known = self._now()
        if authorization is None or not authorization.strip():
            reason = mark("a write needs a token: send “Bearer” and the token in the header Authorization")
            raise Unauthorised(reason, code="")
        bearer = _BEARER.fullmatch(authorization.strip())
        form = _FORM.fullmatch(bearer[1]) if bearer else None
        if bearer is None or form is None:
            raise Unauthorised(mark("the header Authorization holds “Bearer” and one token, nothing else"))
        issued = known.get(form[1], _NOBODY)
        is_right = hmac.compare_digest(_digest(bearer[1]), issued.digest)
        if not is_right or issued is _NOBODY:
            raise Unauthorised(mark("this token is not known here; it may have been revoked"))
        if issued.grant.is_over(datetime.now(UTC)):
            raise Unauthorised(mark("this token has expired; ask for another one"))
        return issued.grant

    def contents(self) -> Contents:
        """
        What the file says now.

        Raises:
            StoreUnavailable: it cannot be read, or is no such file.
        """
        return _read(self._path)[1]

    def create(self, grant: Grant) -> str:
        """
        A new token for *grant*; nobody can show it again.

        Raises:
            BadGrant: the grant is malformed or over, or its name was given before.
            StoreUnavailable: the file cannot be read or written.
        """
        check_grant(grant)
        now = datetime.now(UTC).replace(microsecond=0)
        if grant.is_over(now):
            raise BadGrant("this token would have expired before it is made; name a later day")
        token_id = secrets.token_hex(8)
        token = f"cppcc_{token_id}_{secrets.token_urlsafe(32)}"
        issued = Issued(id=token_id, digest=_digest(token), grant=grant, created=now)
        with self._changing() as before:
            if grant.name in before.names:
                raise BadGrant(f"the name {grant.name} was given before, and the history knows by it who wrote")
            self._write(replace(before, issued=(*before.issued, issued)))
        return token

    def revoke(self, name: str) -> None:
        """
        The token called *name* is accepted no more, from now on.

        Raises:
            BadGrant: there is none.
            StoreUnavailable: the file cannot be read or written.
        """
        with self._changing() as before:
            left = tuple(known for known in before.issued if known.grant.name != name)
            if len(left) == len(before.issued):
                why = "was revoked before" if name in before.revoked else "was never made"
                raise BadGrant(f"the token {name[:80]} {why}; see: cppcc token list")
            self._write(Contents(issued=left, revoked=(*before.revoked, name)))

    def _now(self) -> Mapping[str, Issued]:
        """By id, read again when the file is another one."""
        try:
            stamp = _stamp(self._path.stat())
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise _unreadable(self._path, error.strerror or str(error)) from error
        kept, known = self._known
        if stamp != kept:
            stamp_then, contents = _read(self._path)
            known = {issued.id: issued for issued in contents.issued}
            self._known = (stamp_then, known)
        return known

    @contextmanager
    def _changing(self) -> Iterator[Contents]:
        """The contents, while nobody else changes them."""
        try:
            folder = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        except OSError as error:
            raise StoreUnavailable(f"the folder {self._folder} cannot be used: {error.strerror}") from error
        try:
            flock(folder, LOCK_EX)
            yield self.contents()
        finally:
            os.close(folder)

    def _write(self, contents: Contents) -> None:
        """All of it or nothing, on disk before this returns; like the folder, it belongs to who owns that."""
        new = self._path.with_name(f"{FILE}.new")
        try:
            new.unlink(missing_ok=True)
            with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
                if os.geteuid() == 0:
                    owner = self._folder.stat()
                    os.fchown(file.fileno(), owner.st_uid, owner.st_gid)
                json.dump(document_of(contents), file, ensure_ascii=False, indent=1)
                file.flush()
                os.fsync(file.fileno())
            new.replace(self._path)
            folder = os.open(self._folder, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        except OSError as error:
            with suppress(OSError):
                new.unlink(missing_ok=True)
            raise StoreUnavailable(f"{self._path} cannot be written: {error.strerror}") from error


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def _stamp(seen: os.stat_result) -> _Stamp:
    return seen.st_ino, seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns


def _read(path: Path) -> tuple[_Stamp | None, Contents]:
    """What the file says, and by what it is known again."""
    try:
        with path.open(encoding="utf-8") as file:
            seen = os.fstat(file.fileno())
            text = file.read()
    except FileNotFoundError:
        return None, Contents()
    except OSError as error:
        raise _unreadable(path, error.strerror or str(error)) from error
    except UnicodeDecodeError as error:
        raise _unreadable(path, "it is not UTF-8 text") from error
    if seen.st_mode & _OTHERS_WRITE:
        raise _unreadable(path, "others may write it, so anybody may have; see who did, and: chmod 600")
    try:
        return _stamp(seen), contents_of(json.loads(text))
    except (ValueError, RecursionError) as error:
        raise _unreadable(path, "it is damaged, or no list of tokens") from error


def _unreadable(path: Path, why: str) -> StoreUnavailable:
    return StoreUnavailable(f"the tokens in {path} cannot be read, so nobody may write: {why}")
