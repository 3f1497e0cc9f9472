"""RDF documents in bytes, parsed into quads, or a sentence that says what is wrong and where."""

import re

import pyoxigraph

from cppcc_graph.errors import BadSyntax, TooComplex
from cppcc_graph.formats import JSON_LD, RDF_XML, Format, rdf_syntax
from cppcc_graph.guard.limits import MAX_DEPTH
from cppcc_graph.guard.tokens import place_of
from cppcc_graph.phrases import mark
from cppcc_graph.store.base import Document
from cppcc_graph.terms import DefaultGraph, Quad, Triple

_UTF8_MARK = b"\xef\xbb\xbf"
_PIECE = re.compile(
    rb"""
    '{3} (?: '{0,2}+ (?: [^'\\] | \\. ) )*+ '{3} | \"{3} (?: \"{0,2}+ (?: [^"\\] | \\. ) )*+ \"{3}
  | '(?: [^'\\\n] | \\. )*+' | "(?: [^"\\\n] | \\. )*+"
  | <[^<>\s]*+> | \#[^\n]*+
  | (?P<opening><<) | (?P<closing>>>)
    """,
    re.VERBOSE | re.DOTALL,
)
_TAG = re.compile(
    rb"""
    <!--.*?--> | <!\[CDATA\[.*?\]\]> | (?P<closing></)
  | (?P<opening><[^/!?] (?: [^>"'/] | /(?!>) | "[^"]*+" | '[^']*+' )*+ >)
    """,
    re.VERBOSE | re.DOTALL,
)
_JSON = re.compile(rb'"(?:[^"\\]|\\.)*+"|(?P<opening>[{\[])|(?P<closing>[}\]])', re.DOTALL)
_MAX_ELEMENTS = 1_000
_ENTITY = re.compile(rb"""<!ENTITY\s+[A-Za-z_][A-Za-z0-9_.-]*\s+"([^"&<]*)"\s*>""")
_ENTITY_BEGINS = b"<!ENTITY"
_MAX_EXPANDED_BYTES = 8_000_000


def parsed(content: bytes, rdf_format: Format, *, source: str, base_iri: str | None = None) -> list[Quad]:
    """
    The quads of one document in its order, literals as written; its blank nodes differ from those of any other.

    Args:
        content: The document.
        rdf_format: One of `formats.GRAPH_FORMATS`.
        source: What it is called in messages: a path, ``body``.
        base_iri: Against which relative IRIs are resolved, or None to refuse them.

    Raises:
        BadSyntax: it does not parse, or is not UTF-8.
        TooComplex: it is nested too deeply, or becomes too long by its entities.
    """
    content = content.removeprefix(_UTF8_MARK)
    if rdf_format is not RDF_XML:  # which may declare another encoding
        _check_encoding(content, source)
    else:
        _check_entities(content, source)
    _check_depth(content, rdf_format, source)
    try:
        return list(
            pyoxigraph.parse(content, format=rdf_syntax(rdf_format), base_iri=base_iri, rename_blank_nodes=True)
        )
    except SyntaxError as error:
        raise _bad_document(error, source) from error


def graph_of(document: Document) -> list[Triple]:
    """
    The triples of a document that a client sent.

    Raises:
        BadSyntax: it does not parse, or names graphs of its own.
        TooComplex: it is nested too deeply.
    """
    quads = parsed(document.content, document.format, source=document.source, base_iri=document.base_iri)
    for quad in quads:
        if not isinstance(quad.graph_name, DefaultGraph):
            template = mark("the document names the graph %(graph)s; send one graph, without a name")
            raise BadSyntax(template, values=(str(quad.graph_name),), source=document.source)
    return [quad.triple for quad in quads]


def _check_encoding(content: bytes, source: str) -> None:
    try:
        content.decode()
    except UnicodeDecodeError as error:
        line, column = place_of(content[: error.start].decode(), error.start)
        message = mark("the file is not UTF-8 text; save it as UTF-8")
        raise BadSyntax(message, line=line, column=column, source=source) from error


def _check_entities(content: bytes, source: str) -> None:
    """
    The engine's reader puts in entities within entities: ten lines become gigabytes. It fetches none.

    Spec: Extensible Markup Language 1.0, section 4.4 (XML Processor Treatment of Entities and References).
    """
    n_declared = content.count(_ENTITY_BEGINS)
    if not n_declared:
        return
    texts = [declared[1] for declared in _ENTITY.finditer(content)]
    if len(texts) != n_declared:
        message = mark("an entity stands for plain text in double quotes, without other entities; write it out")
        raise BadSyntax(message, source=source)
    if content.count(b"&") * max(map(len, texts)) > _MAX_EXPANDED_BYTES + len(content):
        template = mark("entities that may become more than %(limit)s bytes")
        raise TooComplex(template, values=(f"{_MAX_EXPANDED_BYTES:,}",), source=source)


def _check_depth(content: bytes, rdf_format: Format, source: str) -> None:
    """The engine's readers recurse: 20 000 triple terms or 5 000 JSON objects, one in another, end the process."""
    limit, sign, pieces, template = MAX_DEPTH, b"<<", _PIECE, mark("more than %(limit)s triples within triples")
    if rdf_format is RDF_XML:
        limit, sign, pieces, template = _MAX_ELEMENTS, b"</", _TAG, mark("more than %(limit)s elements within elements")
    elif rdf_format is JSON_LD:
        limit, sign, pieces, template = (
            MAX_DEPTH,
            b"{",
            _JSON,
            mark("more than %(limit)s objects and lists within each other"),
        )
    if content.count(sign) <= limit:
        return
    depth = 0
    for piece in pieces.finditer(content):
        depth += (piece["opening"] is not None) - (piece["closing"] is not None)
        if depth > limit:
            raise TooComplex(template, values=(f"{limit:,}",), source=source)


def _bad_document(error: SyntaxError, source: str) -> BadSyntax:
    message = str(error.msg or error)
    # "Parser error at line 3 column 8: …" and "… between columns 13 and 18: …" repeat what the attributes hold.
    message = message.partition(": ")[2] if message.startswith("Parser error at") else message
    if "LoadDocumentCallback" in message:
        message = mark("a context on the web is not fetched; write the context into the file")
    if "No scheme found" in message:
        message = mark("a relative IRI; write it in full, or declare a base in the file")
    return BadSyntax(message, line=error.lineno, column=error.offset, source=source)
