"""What the answer to the current request really depended on, gathered where it is looked at, sent once as ``Vary``."""

from flask import Response, g


def depends_on(*headers: str) -> None:
    """Remember that this answer would differ for other values of the request *headers*."""
    g.depended_on = frozenset(g.get("depended_on", frozenset())) | set(headers)


def send_vary(response: Response) -> Response:
    """
    The response with an honest ``Vary``; none when the address alone decided.

    Spec: RFC 9110, section 12.5.5 (Vary).
    """
    response.vary.update(sorted(g.get("depended_on", frozenset())))
    return response
