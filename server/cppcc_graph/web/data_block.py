"""Data that stand within a page for programs that read pages."""

import json
from collections.abc import Mapping

from markupsafe import Markup

from cppcc_graph.catalogue import Json

_ESCAPES: Mapping[int, str] = {ord(letter): f"\\u{ord(letter):04x}" for letter in "<>&\u2028\u2029"}


def data_block(document: Mapping[str, Json]) -> Markup:
    """
    A script element with a JSON-LD document, which no browser runs; nothing in the data can end it.

    Spec: JSON-LD 1.1, section 7.3 (Restrictions for contents of JSON-LD script elements); HTML, section 4.12.1 (data
    blocks).
    """
    written = json.dumps(document, ensure_ascii=False, indent=1).translate(_ESCAPES)
    return Markup('<script type="application/ld+json">\n{}\n</script>').format(Markup(written))
