"""Sentences with places to fill in, which are translated where a reader's language is known."""

import re
from collections.abc import Sequence

_PLACE = re.compile(r"%\((\w+)\)s")


def mark(message: str) -> str:
    """*message* itself, marked for translation where it is shown."""
    return message


def filled(template: str, values: Sequence[str], *, translation: str | None = None) -> str:
    """
    *template*, or its *translation*, with *values* put into its places.

    The values are in the order in which the places ``%(name)s`` first occur in *template*, whatever their order in the
    translation. A text without values is left as it is, percent signs included.
    """
    words = template if translation is None else translation
    if not values:
        return words
    return words % dict(zip(dict.fromkeys(_PLACE.findall(template)), values, strict=True))
