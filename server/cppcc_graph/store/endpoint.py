"""
One SPARQL engine over HTTP: requests, credentials, refusals.

Connections are kept; no redirect is followed, no proxy is taken from the environment, certificates are verified against
those of the system (``SSL_CERT_FILE`` names others).
"""

import re
import threading
from urllib.parse import urlencode, urljoin, urlsplit

import urllib3
from urllib3 import BaseHTTPResponse
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    NewConnectionError,
    ProtocolError,
    ReadTimeoutError,
    SSLError,
)

from cppcc_graph.errors import CppccError, QueryTimeout, StoreBusy, StoreUnavailable
from cppcc_graph.store.address import Remote
from cppcc_graph.store.authorisation import Digest, basic
from cppcc_graph.store.deadline import Deadline, within
from cppcc_graph.store.dialects import FUSEKI, PLAIN, Dialect, dialect_of
from cppcc_graph.store.received import Received

_CONNECT_S = 5.0
_UPDATE_S = 3600.0
_KEPT_CONNECTIONS = 8
_SHORTEST_S = 0.001
_ERROR_BYTES = 4096
_RETRY_AFTER_S = 5
_TIMED_OUT = re.compile(r"tim(?:ed|e) ?out|S1TAT|S1T00|cancell?ed", re.IGNORECASE)
_TOO_DEAR = re.compile(r"estimated execution time", re.IGNORECASE)

JSON_RESULTS = "application/sparql-results+json"
N_TRIPLES = "application/n-triples"


class Endpoint:
    """An engine that answers at an address; threads may share it."""

    def __init__(self, remote: Remote) -> None:
        """Opens no connection yet."""
        self._remote = remote
        self._pool = urllib3.PoolManager(
            num_pools=4, maxsize=_KEPT_CONNECTIONS, retries=False, cert_reqs="CERT_REQUIRED"
        )
        self._digest: Digest | None = None
        self._lock = threading.Lock()
        self.dialect: Dialect = PLAIN
        self.is_known = False
        parts = urlsplit(remote.query_iri)
        self.name = f"the engine at {parts.scheme}://{parts.netloc}{parts.path}"

    def query(self, text: str, accept: str, deadline: Deadline, *, limit_bytes: int) -> Received:
        """
        The answer to a query, not yet read.

        Args:
            text: The query.
            accept: The one media type that the answer may have.
            deadline: Of all of it, the reading included.
            limit_bytes: The most that will be read.

        Raises:
            QueryTimeout: there is none in time.
            StoreBusy: the engine says that it has no room now.
            StoreUnavailable: there is no engine, or it refuses.

        Spec: SPARQL 1.1 Protocol, section 2.1.2 (query via POST with URL-encoded parameters).
        """
        fields = [("query", self.dialect.prologue + text)]
        if self.dialect.timeout_unit_s is not None:
            fields.append(("timeout", f"{max(1, round(deadline.left_s / self.dialect.timeout_unit_s))}"))
        response = self._sent(self._remote.query_iri, fields, accept, deadline)
        if response.status != 200:
            raise self._refusal(response, deadline)
        self._learn(response)
        self._check_head(response, accept, deadline)
        return Received(
            response,
            name=self.name,
            deadline=deadline,
            limit_bytes=limit_bytes,
            mend=self.dialect.mend_table if accept == JSON_RESULTS else self.dialect.mend_graph,
        )

    def update(self, text: str) -> None:
        """
        Carries out an update.

        Raises:
            StoreUnavailable: there is no engine, or it refuses.

        Spec: SPARQL 1.1 Protocol, section 2.2.1 (update via POST with URL-encoded parameters).
        """
        deadline = within(_UPDATE_S)
        response = self._sent(self._update_iri(), [("update", text)], "*/*", deadline)
        if response.status >= 300:
            raise self._refusal(response, deadline)
        response.drain_conn()
        response.release_conn()

    def close(self) -> None:
        """Drops all connections."""
        self._pool.clear()

    def _update_iri(self) -> str:
        """Beside the address for queries, as the engine's documentation says; CPPCC_STORE_UPDATE wins."""
        last = urlsplit(self._remote.query_iri).path.rpartition("/")[2]
        if self._remote.update_iri:
            return self._remote.update_iri
        has_sibling = last == "query" or (last == "sparql" and self.dialect is FUSEKI)
        return urljoin(self._remote.query_iri, "update") if has_sibling else self._remote.query_iri

    def _sent(self, iri: str, fields: list[tuple[str, str]], accept: str, deadline: Deadline) -> BaseHTTPResponse:
        body = urlencode(fields).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": accept, "User-Agent": "cppcc-graph"}
        response = self._exchanged(iri, body, headers | self._authorisation(iri), deadline)
        challenge = response.headers.get("WWW-Authenticate", "")
        if response.status == 401 and self._remote.user:
            response.close()
            response = self._exchanged(iri, body, headers | self._authorisation(iri, challenge), deadline)
        return response

    def _authorisation(self, iri: str, challenge: str = "") -> dict[str, str]:
        """A password goes in clear over http only to who asks for it in clear."""
        remote = self._remote
        if remote.token:
            return {"Authorization": f"Bearer {remote.token}"}
        if not remote.user:
            return {}
        with self._lock:
            if "digest" in challenge.lower():
                self._digest = Digest(challenge, user=remote.user, password=remote.password)
            if self._digest is not None:
                return {"Authorization": self._digest.header("POST", iri)}
        if challenge or iri.lower().startswith("https://"):
            return {"Authorization": basic(remote.user, remote.password)}
        return {}

    def _exchanged(self, iri: str, body: bytes, headers: dict[str, str], deadline: Deadline) -> BaseHTTPResponse:
        left_s = max(_SHORTEST_S, deadline.left_s)
        timeout = urllib3.Timeout(connect=min(_CONNECT_S, left_s), read=left_s)
        for is_last in (False, True):
            try:
                return self._pool.urlopen(
                    "POST", iri, body=body, headers=headers, timeout=timeout, redirect=False, preload_content=False
                )
            except (ProtocolError, ConnectionError) as error:
                # A kept connection may be dropped by the engine while we send; an update may have happened by then.
                if is_last or not body.startswith(b"query="):
                    raise self._unreachable(error, deadline) from error
            except (HTTPError, OSError) as error:
                raise self._unreachable(error, deadline) from error
        raise AssertionError

    def _unreachable(self, error: Exception, deadline: Deadline) -> CppccError:
        if isinstance(error, NewConnectionError):
            return StoreUnavailable(f"{self.name} cannot be reached; is it running, and is the address right?")
        if isinstance(error, SSLError):
            return StoreUnavailable(
                f"{self.name} has no certificate that this system trusts; SSL_CERT_FILE names others"
            )
        if isinstance(error, ConnectTimeoutError):
            return StoreUnavailable(f"{self.name} cannot be reached within {min(_CONNECT_S, deadline.limit_s):g} s")
        if isinstance(error, ReadTimeoutError):
            return QueryTimeout(deadline_s=deadline.limit_s)
        return StoreUnavailable(f"{self.name} dropped the connection")

    def _learn(self, response: BaseHTTPResponse) -> None:
        if not self.is_known:
            self.dialect = dialect_of(response.headers)
            self.is_known = True

    def _check_head(self, response: BaseHTTPResponse, accept: str, deadline: Deadline) -> None:
        problem = ""
        media_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if response.headers.get("X-SQL-State"):
            response.close()
            raise QueryTimeout(deadline_s=deadline.limit_s)  # Virtuoso: part of the rows, because the time was over
        if media_type != accept:
            problem = f"answers with {media_type or 'no media type'} instead of {accept}; is this a SPARQL endpoint?"
        elif response.headers.get("Content-Encoding", "identity").lower() != "identity":
            problem = "compresses its answer, which nobody asked for"
        if problem:
            response.close()
            raise StoreUnavailable(f"{self.name} {problem}")

    def _refusal(self, response: BaseHTTPResponse, deadline: Deadline) -> CppccError:
        """Why there is no answer, in our words: what the engine wrote is only looked through."""
        try:
            said = response.read(_ERROR_BYTES, decode_content=False).decode("utf-8", "replace")
        except (HTTPError, OSError):
            said = ""
        response.close()
        status = response.status
        if status in (206, 408, 504) or _TIMED_OUT.search(said):
            return QueryTimeout(deadline_s=deadline.limit_s)
        if status in (429, 503):
            after = response.headers.get("Retry-After", "")
            return StoreBusy(retry_after_s=int(after) if after.isdigit() else _RETRY_AFTER_S)
        if _TOO_DEAR.search(said):
            return StoreUnavailable(
                f"{self.name} takes this query for too expensive and does not begin it; ask for less, or let its "
                "operator raise MaxQueryCostEstimationTime"
            )
        return StoreUnavailable(f"{self.name} {_words(status)} (status {status})")


def _words(status: int) -> str:
    if status in (401, 403):
        return "does not let us in; set CPPCC_STORE_USER and CPPCC_STORE_PASSWORD, or CPPCC_STORE_TOKEN"
    if 300 <= status < 400:
        return "sends us elsewhere, and no redirect is followed; give the address that it leads to"
    if status in (404, 405, 415):
        return (
            "has no SPARQL service of this kind at this address; updates may have one of their own (CPPCC_STORE_UPDATE)"
        )
    if 400 <= status < 500:
        return "refuses this request, though it is well formed: it may lack something of SPARQL 1.1, or be stricter"
    return "failed"
