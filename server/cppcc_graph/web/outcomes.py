"""How requests end, in a dozen words: for the line of each request and for the counts of all."""

from collections.abc import Mapping

CLIENT_LEFT = 499
"""As other servers log it; never sent."""

OUTCOMES = (
    "ok",
    "not-modified",
    "bad-request",
    "refused",
    "too-large",
    "timeout",
    "killed",
    "busy",
    "unavailable",
    "client-left",
    "failed",
)

# The kinds of problems that operators want to tell apart; the status decides about all others.
_OF_KIND: Mapping[str, str] = {
    "query-timeout": "timeout",
    "query-killed": "killed",
    "answer-too-large": "too-large",
    "store-busy": "busy",
    "store-unavailable": "unavailable",
}
_OF_STATUS: Mapping[int, str] = {
    200: "ok",
    304: "not-modified",
    401: "refused",
    403: "refused",
    429: "refused",
    CLIENT_LEFT: "client-left",
}
_REDIRECTED, _MISTAKEN = 400, 500


def outcome_of(status: int, kind: str = "") -> str:
    """
    One of `OUTCOMES`.

    Args:
        status: Of the answer, or `CLIENT_LEFT`.
        kind: Of the problem that the answer tells, see `problems.Problem`.
    """
    known = _OF_KIND.get(kind) or _OF_STATUS.get(status)
    if known is not None:
        return known
    if status < _REDIRECTED:
        return "ok"
    return "bad-request" if status < _MISTAKEN else "failed"
