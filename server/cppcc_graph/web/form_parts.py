"""The pieces of a form in which a question is narrowed down, as plain values, one documented dataclass each."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """
    A value that can be chosen.

    Attributes:
        value: As in the address.
        label: As people read it.
        is_chosen: Whether it is the present one.
    """

    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """
    A parameter of a question.

    Attributes:
        name: As in the address.
        label: As people read it.
        options: Its values; may be empty.
    """

    name: str
    label: str
    options: Sequence[Option]
