"""Where a remote engine is, and who we are there: read from the settings, long before anything is asked."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from cppcc_graph.errors import BadSetting


@dataclass(frozen=True, slots=True, kw_only=True)
class Remote:
    """
    Where an engine is, and who we are there.

    Attributes:
        query_iri: Of its SPARQL endpoint, http or https, without credentials.
        update_iri: Where it takes updates; empty means the usual place beside the other.
        user: For Basic or Digest authentication; empty for none.
        password: Goes with it.
        token: For Bearer authentication; empty for none.
    """

    query_iri: str
    update_iri: str = ""
    user: str = ""
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)


def is_remote(text: str) -> bool:
    """Whether *text* is the address of an engine and not a folder."""
    return text.lower().startswith(("http://", "https://"))


def remote_of(query_iri: str, environ: Mapping[str, str]) -> Remote:
    """
    The engine at *query_iri*, with the credentials of the environment.

    Raises:
        BadSetting: the address has no host, or holds a password; or the credentials contradict each other.
    """
    update_iri = environ.get("CPPCC_STORE_UPDATE", "")
    for name, iri in (("store", query_iri), ("CPPCC_STORE_UPDATE", update_iri)):
        _check_address(name, iri)
    user, password, token = (environ.get(f"CPPCC_STORE_{name}", "") for name in ("USER", "PASSWORD", "TOKEN"))
    if token and (user or password):
        raise BadSetting("CPPCC_STORE_TOKEN", "give either a token, or a user and a password")
    if password and not user:
        raise BadSetting("CPPCC_STORE_USER", "a password is given and no user")
    return Remote(query_iri=query_iri, update_iri=update_iri, user=user, password=password, token=token)


def _check_address(name: str, iri: str) -> None:
    if not iri:
        return
    try:
        parts = urlsplit(iri)
        is_good = parts.scheme.lower() in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_good = False
    if not is_good or re.search(r"[\s<>\"{}|\\^`\x00-\x1f]", iri):
        raise BadSetting(name, "this is no address of an engine; it looks like https://example.org/sparql")
    if parts.username is not None or parts.password is not None:
        raise BadSetting(
            name, "an address with a password in it can be read by others; use CPPCC_STORE_USER and …_PASSWORD"
        )
