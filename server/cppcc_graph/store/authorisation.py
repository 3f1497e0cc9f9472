"""Authorisation headers: Basic, and Digest, which Virtuoso demands where it takes updates."""

import hashlib
import secrets
from base64 import b64encode
from urllib.parse import urlsplit
from urllib.request import parse_http_list, parse_keqv_list

from cppcc_graph.errors import StoreUnavailable

_HASHES = {"MD5": "md5", "SHA-256": "sha256"}


def basic(user: str, password: str) -> str:
    """Spec: RFC 7617, section 2 (the Basic scheme)."""
    return f"Basic {b64encode(f'{user}:{password}'.encode()).decode()}"


class Digest:
    """Answers to one challenge, which may be used for many requests."""

    def __init__(self, challenge: str, *, user: str, password: str) -> None:
        """
        Args:
            challenge: Value of ``WWW-Authenticate``.
            user: Name.
            password: Is never sent.

        Raises:
            StoreUnavailable: the challenge asks for what is not known here.
        """
        start = challenge.lower().index("digest") + len("digest")
        self._asked = {
            name.lower(): value for name, value in parse_keqv_list(parse_http_list(challenge[start:])).items()
        }
        algorithm = self._asked.get("algorithm", "MD5").upper()
        if algorithm not in _HASHES or "auth" not in self._asked.get("qop", "auth").replace(" ", "").split(","):
            raise StoreUnavailable(
                f"the engine asks for Digest authentication with {algorithm}, which is not known here"
            )
        self._algorithm = algorithm
        self._user = user
        self._secret = self._hash(f"{user}:{self._asked.get('realm', '')}:{password}")
        self._n_used = 0

    def header(self, method: str, iri: str) -> str:
        """
        The header for one request.

        Spec: RFC 7616, section 3.4 (the Authorization header field).
        """
        self._n_used += 1
        parts = urlsplit(iri)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        count, ours, nonce = f"{self._n_used:08x}", secrets.token_hex(8), self._asked.get("nonce", "")
        request = self._hash(f"{method}:{target}")
        response = self._hash(f"{self._secret}:{nonce}:{count}:{ours}:auth:{request}")
        quoted = {
            "username": self._user.replace("\\", "\\\\").replace('"', '\\"'),
            "realm": self._asked.get("realm", ""),
            "nonce": nonce,
            "uri": target,
            "cnonce": ours,
            "response": response,
        }
        if "opaque" in self._asked:
            quoted["opaque"] = self._asked["opaque"]
        plain = f"algorithm={self._algorithm}, qop=auth, nc={count}"
        return "Digest " + ", ".join([*(f'{name}="{value}"' for name, value in quoted.items()), plain])

    def _hash(self, text: str) -> str:
        return hashlib.new(_HASHES[self._algorithm], text.encode()).hexdigest()
