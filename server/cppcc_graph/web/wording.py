"""What happened and what to do, in the reader's language, for each failure of ours that says more than its title."""

from functools import singledispatch

from cppcc_graph import errors
from cppcc_graph.phrases import filled
from cppcc_graph.store.base import Hint
from cppcc_graph.store.expected import PLACEHOLDERS
from cppcc_graph.terms import shorten
from cppcc_graph.web.i18n import gettext as _
from cppcc_graph.web.i18n import number
from cppcc_graph.web.links import document_path


@singledispatch
def detail(error: errors.CppccError) -> str:
    """One or two sentences about *error*; its own words where nothing better is known."""
    return str(error)


@detail.register
def _syntax(error: errors.BadSyntax) -> str:
    values = error.values
    if "%(expected)s" in error.template:
        # It always comes first; in it, "number" and the like are words.
        expected = (_(item) if item in PLACEHOLDERS else item for item in error.expected)
        values = (_("”, “").join(expected), *values[1:])
    return _placed(error.line, error.column, filled(error.template, values, translation=_(error.template)))


@detail.register
def _service(error: errors.ServiceRefused) -> str:
    return _placed(
        error.line,
        error.column,
        _(
            "SERVICE is refused, because this endpoint opens no connection to others. Ask both endpoints and join the "
            "answers, or run a SPARQL engine of your own over both."
        ),
    )


@detail.register
def _service_not_allowed(error: errors.ServiceNotAllowed) -> str:
    return _(
        "SERVICE <%(endpoint)s> is refused: %(reason)s. Nothing was sent.",
        endpoint=error.endpoint,
        reason=filled(error.template, error.values, translation=_(error.template)),
    )


@detail.register
def _service_failed(error: errors.ServiceFailed) -> str:
    return _(
        "SERVICE <%(endpoint)s> failed: %(reason)s. SERVICE SILENT would go on without it.",
        endpoint=error.endpoint,
        reason=filled(error.template, error.values, translation=_(error.template)),
    )


@detail.register
def _update(error: errors.UpdateRefused) -> str:
    words = _(
        "%(keyword)s is a SPARQL Update; this endpoint only answers queries (SELECT, ASK, CONSTRUCT, DESCRIBE).",
        keyword=error.keyword,
    )
    return _placed(error.line, error.column, words)


@detail.register
def _load(error: errors.LoadRefused) -> str:
    words = _(
        "LOAD is refused, because an update opens no connection and no file. Send the document to /graphs, or write it "
        "into INSERT DATA."
    )
    return _placed(error.line, error.column, words)


@detail.register
def _update_failed(error: errors.UpdateFailed) -> str:
    reason = filled(error.template, error.values, translation=_(error.template))
    return _("Nothing was changed: %(reason)s. SILENT in the operation makes this no failure.", reason=reason)


@detail.register
def _unkeepable(error: errors.Unkeepable) -> str:
    reason = filled(error.template, error.values, translation=_(error.template))
    return _("Nothing was changed: %(reason)s.", reason=reason)


@detail.register
def _read_only(_error: errors.ReadOnly) -> str:
    return _("The graphs are only read here. The data change where they are published.")


@detail.register
def _unauthorised(error: errors.Unauthorised) -> str:
    return _sentence(_(error.reason))


@detail.register
def _not_granted(error: errors.NotGranted) -> str:
    return _sentence(filled(error.template, error.values, translation=_(error.template)))


@detail.register
def _too_many_attempts(error: errors.TooManyAttempts) -> str:
    return _(
        "Too many tokens from this address were not accepted. Try again in %(seconds)s seconds; a valid token is "
        "accepted at any time.",
        seconds=error.retry_after_s,
    )


@detail.register
def _removed_entity(error: errors.RemovedEntity) -> str:
    return _(
        "Version %(version)s of the data removed what was known about <%(iri)s>. %(address)s shows what was "
        "said before.",
        version=error.version,
        address=f"/versions/{error.version - 1}{document_path(error.iri)}",
        iri=error.iri,
    )


@detail.register
def _unknown_entity(error: errors.UnknownEntity) -> str:
    return _("No statement is about <%(iri)s>. Check the spelling, or look for it with a query.", iri=error.iri)


@detail.register
def _unknown_format(error: errors.UnknownFormat) -> str:
    return _("There is no format “%(name)s”; there are: %(known)s.", name=error.name, known=", ".join(error.known))


@detail.register
def _unsuitable_format(error: errors.UnsuitableFormat) -> str:
    answers = {
        "solutions": _("This query answers with a table of solutions."),
        "boolean": _("This query answers with yes or no."),
        "graph": _("This query answers with a graph."),
    }
    advice = _("Use one of: %(suitable)s.", suitable=", ".join(error.suitable))
    return f"{answers[error.form]} {advice}"


@detail.register
def _timeout(error: errors.QueryTimeout) -> str:
    return _(
        "The query was stopped after %(seconds)s s; the same query would be stopped again. Ask for less: fix a subject "
        "or a graph, join on fewer patterns, add LIMIT.",
        seconds=f"{error.deadline_s:g}",
    )


@detail.register
def _killed(error: errors.QueryKilled) -> str:
    return _(
        "The query ended the process that evaluated it, most likely because it needed more than %(memory)s MiB. "
        "Sort and group fewer rows, or ask in parts.",
        memory=number(error.memory_mib),
    )


@detail.register
def _too_large(error: errors.AnswerTooLarge) -> str:
    return _(
        "The answer has more than %(limit)s bytes, and nothing of it was sent. Ask in parts, with ORDER BY, LIMIT and "
        "OFFSET.",
        limit=number(error.limit_bytes),
    )


@detail.register
def _bad_shapes(error: errors.BadShapes) -> str:
    return _("Nothing was changed, because the shapes could not judge afterwards: %(reason)s", reason=str(error))


@detail.register
def _outdated(error: errors.Outdated) -> str:
    if not error.version:
        return _(
            "Nothing was changed: what If-Match or If-None-Match says of the data is not so now. Read them again, and "
            "send the change with the ETag of what you have read."
        )
    return _(
        "The data are at version %(version)s now. Read them again, and send the change with If-Match and that version.",
        version=error.version,
    )


@detail.register
def _interrupted(_error: errors.WriteInterrupted) -> str:
    return _("It is not known whether the write was carried out. The history of the data tells: /versions.")


@detail.register
def _judgement_interrupted(error: errors.JudgementInterrupted) -> str:
    return _(
        "Nothing was changed: the process that judged the change was ended, or needed more memory than there is. "
        "Try again in %(seconds)s seconds, or send the change in smaller pieces.",
        seconds=error.retry_after_s,
    )


@detail.register
def _no_history(_error: errors.NoHistory) -> str:
    return _("This server keeps no history; one with a store on disk does.")


@detail.register
def _unknown_version(error: errors.UnknownVersion) -> str:
    return _("There is no version %(version)s; the last one is %(last)s.", version=error.version, last=error.last)


@detail.register
def _too_many_changes(error: errors.TooManyChanges) -> str:
    return _(
        "%(n)s quads would have to be gone through, and %(limit)s are the most here. Take versions that lie closer "
        "together; the patch of each single version is at hand, whatever its length.",
        n=number(error.n),
        limit=number(error.limit),
    )


@detail.register
def _busy(error: errors.StoreBusy) -> str:
    return _("Try again in %(seconds)s seconds.", seconds=error.retry_after_s)


@detail.register
def _unavailable(_error: errors.StoreUnavailable) -> str:
    # The reason names a folder of the server; it is for the operator, and stands in the log.
    return _("The server cannot read its data now. Its operator finds the reason in the log.")


@detail.register
def _not_whole(_error: errors.NotWhole) -> str:
    return _("The answer of the engine behind this server was not whole, and nothing of it is passed on. Try again.")


@detail.register
def _not_kept(_error: errors.NotKept) -> str:
    return _(
        "Nothing was changed: the server could not write the change to its disk. Its operator finds the reason in the "
        "log."
    )


def hint(found: Hint) -> str:
    """One sentence about a name or a text in the query that the data do not have."""
    if found.written.startswith("<"):
        words = _(
            "%(written)s does not occur in the data; did you mean %(suggested)s?",
            written=shorten(found.written[1:-1]),
            suggested=shorten(found.suggested[1:-1]),
        )
    else:
        words = _(
            "%(written)s does not occur there in the data, but %(suggested)s does; a text with another language tag is "
            "another text.",
            written=found.written,
            suggested=found.suggested,
        )
    return _placed(found.line, found.column, words)


def _sentence(words: str) -> str:
    """With a capital and a full stop."""
    return _("%(words)s.", words=words[:1].upper() + words[1:])


def _placed(line: int | None, column: int | None, words: str) -> str:
    if line is None:
        return words
    if column is None:
        return _("Line %(line)s: %(words)s", line=line, words=words)
    return _("Line %(line)s, column %(column)s: %(words)s", line=line, column=column, words=words)
