"""What a request narrows a question down to: parameters of the address, each one of the values that exist."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from flask import current_app, request

from cppcc_graph.questions import Question
from cppcc_graph.questions.parameters import Choice, Parameter, choices, chosen, parameters_of
from cppcc_graph.web.form_parts import Field, Option
from cppcc_graph.web.i18n import LANGUAGES, language
from cppcc_graph.web.i18n import gettext as _
from cppcc_graph.web.problems import BadParameter
from cppcc_graph.web.served import store

GENERAL = ("format", "lang", "theme")
"""What every question's address may say beside its own parameters."""

_MAX_TOLD = 50
_MAX_REPEATED = 80

_Kept: TypeAlias = dict[tuple[str, str], tuple[str, list[Choice]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowing:
    """
    Attributes:
        chosen: Parameters of the request with their values, in the order of the question.
        fields: The same as the address says them.
    """

    chosen: Sequence[tuple[Parameter, Choice]]
    fields: Mapping[str, str]


def asked_narrowing(question: Question) -> Narrowing:
    """
    What the current request narrows *question* down to.

    Raises:
        BadParameter: it cannot be narrowed down to that.
    """
    known = {parameter.name: parameter for parameter in parameters_of(question)}
    fields: dict[str, str] = {}
    for name, values in request.args.lists():
        if name in GENERAL:
            continue
        if name not in known:
            raise _bad(_("This question has no parameter “%(name)s”.", name=_short(name)), list(known))
        if len(values) > 1:
            raise _bad(_("“%(name)s” is given %(n)s times; give it once.", name=name, n=len(values)), [])
        if values[0]:  # a form sends what was left open as empty
            fields[name] = values[0]
    pairs = [(known[name], _choice(question, known[name], fields[name])) for name in known if name in fields]
    return Narrowing(chosen=pairs, fields={parameter.name: choice.text for parameter, choice in pairs})


def fields_of(question: Question, narrowing: Narrowing) -> list[Field]:
    """The form in which *question* is narrowed down, as the present narrowing fills it in."""
    return [
        Field(
            name=parameter.name,
            label=title_of(parameter.titles, parameter.name),
            options=[
                Option(
                    value=choice.text,
                    label=title_of(choice.labels, choice.text),
                    is_chosen=narrowing.fields.get(parameter.name) == choice.text,
                )
                for choice in choices_of(question, parameter)
            ],
        )
        for parameter in parameters_of(question)
    ]


def choices_of(question: Question, parameter: Parameter) -> list[Choice]:
    """As `questions.parameters.choices`; looked up once for each state of the data."""
    kept: _Kept = current_app.extensions.setdefault("choices", {})
    key, state = (question.slug, parameter.name), store().state()
    known = kept.get(key)
    if known is not None and state and known[0] == state:
        return known[1]
    found = choices(store(), question, parameter)
    kept[key] = (state, found)
    return found


def title_of(titles: Mapping[str, str], other: str) -> str:
    """The one in the language of this answer, else in another one of ours, else *other*."""
    return next((titles[tag] for tag in (language(), *LANGUAGES) if tag in titles), other)


def _choice(question: Question, parameter: Parameter, text: str) -> Choice:
    known = choices_of(question, parameter)
    found = chosen(known, text.strip())
    if found is None:
        words = _("“%(name)s” cannot be “%(given)s”.", name=parameter.name, given=_short(text))
        raise _bad(words, [choice.text for choice in known])
    return found


def _bad(words: str, supported: Sequence[str]) -> BadParameter:
    return BadParameter(f"{words} {_told(supported)}".strip(), supported[:_MAX_TOLD])


def _told(supported: Sequence[str]) -> str:
    if not supported:
        return ""
    listed = ", ".join(supported[:_MAX_TOLD])
    if len(supported) > _MAX_TOLD:
        return _("There are: %(known)s and %(n)s more.", known=listed, n=len(supported) - _MAX_TOLD)
    return _("There are: %(known)s.", known=listed)


def _short(text: str) -> str:
    return text if len(text) <= _MAX_REPEATED else f"{text[:_MAX_REPEATED]}…"
