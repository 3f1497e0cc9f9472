"""The dataset in the words of schema.org, for search engines that find datasets."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from cppcc_graph.catalogue.dcat import Catalogue, File
from cppcc_graph.catalogue.facts import ReportFacts, Texts

Json: TypeAlias = "str | int | float | bool | list[Json] | dict[str, Json] | None"
"""What a JSON document is made of."""


def schema_dataset(catalogue: Catalogue, *, language: str) -> dict[str, Json] | None:
    """
    A ``schema:Dataset`` that is the whole, as JSON-LD; None where nothing is said of the data that could describe them.

    Args:
        catalogue: The data, and where they are found.
        language: Of the texts, where they exist in it.

    Spec: schema.org, Dataset and DataDownload.
    """
    title, description = _in(language, catalogue.titles), _in(language, catalogue.about.descriptions)
    if title is None or description is None:
        return None
    maker = _in(language, catalogue.about.makers)
    facts = [report.facts for report in catalogue.reports]
    told: Mapping[str, Json] = {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "@id": catalogue.dataset,
        "name": title,
        "description": description,
        "url": catalogue.homepage,
        "license": catalogue.about.licence,
        "creator": {"@type": "Organization", "name": maker} if maker else None,
        "isAccessibleForFree": True,
        "inLanguage": [*sorted(catalogue.titles)],
        "keywords": _keywords(facts),
        "temporalCoverage": _coverage(facts),
        "distribution": [_download(file) for file in catalogue.files],
        "includedInDataCatalog": {"@type": "DataCatalog", "@id": catalogue.address, "url": catalogue.address},
    }
    return {name: value for name, value in told.items() if value not in (None, [])}


def _download(file: File) -> Json:
    told: dict[str, Json] = {
        "@type": "DataDownload",
        "encodingFormat": file.package or file.packing or file.media_type,
        "contentUrl": file.address,
    }
    if file.n_bytes is not None:
        told["contentSize"] = f"{file.n_bytes} B"
    if file.sha256 is not None:
        told["sha256"] = file.sha256
    return told


def _keywords(facts: Sequence[ReportFacts]) -> list[Json]:
    """Whose work is reported, by every name, each once."""
    return list(dict.fromkeys(name for said in facts for _, name in sorted(said.bodies.items())))


def _coverage(facts: Sequence[ReportFacts]) -> str | None:
    """From the first day of all reported periods to the last. Spec: ISO 8601-1, section 5.5 (time intervals)."""
    begins = [said.begins.value for said in facts if said.begins is not None]
    ends = [said.ends.value for said in facts if said.ends is not None]
    return f"{min(begins)}/{max(ends)}" if begins and ends else None


def _in(language: str, texts: Texts) -> str | None:
    return texts.get(language) or next(iter(texts.values()), None)
