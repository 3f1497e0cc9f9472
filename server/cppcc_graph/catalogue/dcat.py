"""
The catalogue: what there is to read here, in which forms, for programs that harvest catalogues.

Spec: W3C DCAT 3 (Recommendation, 22 August 2024), section 6 (vocabulary); DCAT-AP 3.0.1 (mandatory properties).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from cppcc_graph.catalogue.facts import About, ReportFacts, Texts
from cppcc_graph.catalogue.order import by_subject
from cppcc_graph.terms import DCAT, DCTERMS, FOAF, PROV, RDF, SPDX, XSD, Literal, NamedNode, Triple

_MEDIA_TYPES = "https://www.iana.org/assignments/media-types/"
_LANGUAGES = {
    "zh": "http://publications.europa.eu/resource/authority/language/ZHO",
    "en": "http://publications.europa.eu/resource/authority/language/ENG",
}
_EVERY_YEAR = NamedNode("http://publications.europa.eu/resource/authority/frequency/ANNUAL")


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """
    A form in which a dataset is found.

    Attributes:
        iri: Of the distribution.
        page: Where people find it; the address of the file itself where there is no other.
        address: Of the file.
        media_type: Of the file, or of what is packed in it.
        packing: Media type of the packing of one file, or None.
        package: Media type of the package that holds several files, or None.
        n_bytes: Its length, or None when it is not known.
        sha256: In hexadecimal digits, or None when it is not known.
    """

    iri: str
    page: str
    address: str
    media_type: str
    packing: str | None = None
    package: str | None = None
    n_bytes: int | None = None
    sha256: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A way to ask: *address* is where, *iri* names it; *standard* is the protocol it follows, or None."""

    iri: str
    address: str
    titles: Texts
    standard: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportDataset:
    """A report's own graph as a dataset called *iri*, with the *page* about it, if any, and the *files* it comes in."""

    iri: str
    page: str | None
    facts: ReportFacts
    files: Sequence[File]


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """
    All that the document says.

    Attributes:
        address: Of the catalogue; the parts that have no other name are named below it.
        homepage: Of the server, for people.
        dataset: IRI of the dataset that is everything.
        about: What is said of the whole.
        titles: What the whole is called.
        series_titles: What the reports together are called.
        series_descriptions: What they are.
        files: With the whole; none where it lies in another engine.
        services: Ways to ask for parts of it.
        reports: One by one.
    """

    address: str
    homepage: str
    dataset: str
    about: About
    titles: Texts
    series_titles: Texts
    series_descriptions: Texts
    files: Sequence[File]
    services: Sequence[Service]
    reports: Sequence[ReportDataset]


def dcat_document(catalogue: Catalogue) -> list[Triple]:
    """The catalogue, each statement once, without blank nodes."""
    return by_subject(dict.fromkeys(_Writing(catalogue).all()))


class _Writing:
    def __init__(self, catalogue: Catalogue) -> None:
        self._of = catalogue
        self._it = NamedNode(catalogue.address)
        self._whole = NamedNode(catalogue.dataset)
        self._series = NamedNode(f"{catalogue.address}#reports")
        self._maker = NamedNode(f"{catalogue.address}#publisher") if catalogue.about.makers else None

    def all(self) -> Iterator[Triple]:
        yield from self._catalogue()
        yield from self._dataset()
        yield from self._reports()
        for service in self._of.services:
            yield from self._service(service)
        if self._maker is not None:
            yield Triple(self._maker, RDF.type, FOAF.Agent)
            yield from _texts(self._maker, FOAF.name, self._of.about.makers)

    def _catalogue(self) -> Iterator[Triple]:
        yield Triple(self._it, RDF.type, DCAT.Catalog)
        yield from _texts(self._it, DCTERMS.title, self._of.titles)
        yield from _texts(self._it, DCTERMS.description, self._of.about.descriptions)
        yield from self._made_by_us(self._it)
        yield from _typed(self._it, FOAF.homepage, self._of.homepage, FOAF.Document)
        for language in _LANGUAGES.values():
            yield from _typed(self._it, DCTERMS.language, language, DCTERMS.LinguisticSystem)
        yield Triple(self._it, DCAT.dataset, self._whole)
        for service in self._of.services:
            yield Triple(self._it, DCAT.service, NamedNode(service.iri))

    def _dataset(self) -> Iterator[Triple]:
        yield Triple(self._whole, RDF.type, DCAT.Dataset)
        yield from _texts(self._whole, DCTERMS.title, self._of.titles)
        yield from _texts(self._whole, DCTERMS.description, self._of.about.descriptions)
        yield from self._made_by_us(self._whole)
        yield from _typed(self._whole, DCAT.landingPage, self._of.homepage, FOAF.Document)
        yield from self._distributions(self._whole, self._of.files, self._licences())

    def _reports(self) -> Iterator[Triple]:
        if not self._of.reports:
            return
        yield Triple(self._it, DCAT.dataset, self._series)
        yield Triple(self._series, RDF.type, DCAT.DatasetSeries)
        yield Triple(self._series, RDF.type, DCAT.Dataset)
        yield from _texts(self._series, DCTERMS.title, self._of.series_titles)
        yield from _texts(self._series, DCTERMS.description, self._of.series_descriptions)
        yield from _typed(self._series, DCTERMS.accrualPeriodicity, _EVERY_YEAR.value, DCTERMS.Frequency)
        if self._maker is not None:
            yield Triple(self._series, DCTERMS.publisher, self._maker)
        for report in self._of.reports:
            yield from self._report(report)

    def _report(self, report: ReportDataset) -> Iterator[Triple]:
        it, facts = NamedNode(report.iri), report.facts
        yield Triple(self._it, DCAT.dataset, it)
        yield Triple(it, RDF.type, DCAT.Dataset)
        yield Triple(it, DCAT.inSeries, self._series)
        yield Triple(it, DCTERMS.identifier, Literal(facts.iri))
        yield from _texts(it, DCTERMS.title, facts.titles)
        yield from _texts(it, DCTERMS.description, facts.descriptions)
        yield from _texts(it, DCAT.keyword, facts.bodies)
        if report.page is not None:
            yield from _typed(it, DCAT.landingPage, report.page, FOAF.Document)
        if self._maker is not None:
            yield Triple(it, DCTERMS.publisher, self._maker)
        for licence in facts.licences:
            yield from _typed(it, DCTERMS.license, licence, DCTERMS.LicenseDocument)
        yield from _origin(it, facts)
        yield from _period(report)
        yield from self._distributions(it, report.files, facts.licences)

    def _distributions(self, dataset: NamedNode, files: Sequence[File], licences: Sequence[str]) -> Iterator[Triple]:
        for file in files:
            it = NamedNode(file.iri)
            yield Triple(dataset, DCAT.distribution, it)
            yield Triple(it, RDF.type, DCAT.Distribution)
            yield Triple(it, DCAT.accessURL, NamedNode(file.page))
            yield Triple(it, DCAT.downloadURL, NamedNode(file.address))
            yield from _media_types(it, file)
            for licence in licences:
                yield from _typed(it, DCTERMS.license, licence, DCTERMS.LicenseDocument)
            if file.n_bytes is not None:
                yield Triple(it, DCAT.byteSize, Literal(str(file.n_bytes), datatype=XSD.nonNegativeInteger))
            if file.sha256 is not None:
                yield from _checksum(it, file.sha256)

    def _service(self, service: Service) -> Iterator[Triple]:
        it, address = NamedNode(service.iri), NamedNode(service.address)
        yield Triple(it, RDF.type, DCAT.DataService)
        yield from _texts(it, DCTERMS.title, service.titles)
        yield Triple(it, DCAT.endpointURL, address)
        yield Triple(it, DCAT.servesDataset, self._whole)
        yield from self._made_by_us(it)
        if service.standard is not None:
            yield Triple(it, DCAT.endpointDescription, address)
            yield from _typed(it, DCTERMS.conformsTo, service.standard, DCTERMS.Standard)

    def _made_by_us(self, it: NamedNode) -> Iterator[Triple]:
        if self._maker is not None:
            yield Triple(it, DCTERMS.publisher, self._maker)
        for licence in self._licences():
            yield from _typed(it, DCTERMS.license, licence, DCTERMS.LicenseDocument)

    def _licences(self) -> Sequence[str]:
        return () if self._of.about.licence is None else (self._of.about.licence,)


def _origin(it: NamedNode, facts: ReportFacts) -> Iterator[Triple]:
    """What the dataset was made of: the report, which has a day of publication and a place of its own."""
    report = NamedNode(facts.iri)
    yield Triple(it, PROV.wasDerivedFrom, report)
    yield from _texts(report, DCTERMS.title, facts.titles)
    if facts.issued is not None:
        yield Triple(report, DCTERMS.issued, facts.issued)
    for source in facts.sources:
        yield Triple(report, DCTERMS.source, NamedNode(source))


def _period(report: ReportDataset) -> Iterator[Triple]:
    begins, ends = report.facts.begins, report.facts.ends
    if begins is None and ends is None:
        return
    it = NamedNode(f"{report.iri}-period")
    yield Triple(NamedNode(report.iri), DCTERMS.temporal, it)
    yield Triple(it, RDF.type, DCTERMS.PeriodOfTime)
    if begins is not None:
        yield Triple(it, DCAT.startDate, begins)
    if ends is not None:
        yield Triple(it, DCAT.endDate, ends)


def _media_types(it: NamedNode, file: File) -> Iterator[Triple]:
    told: Mapping[NamedNode, str | None] = {
        DCAT.mediaType: file.media_type,
        DCAT.compressFormat: file.packing,
        DCAT.packageFormat: file.package,
    }
    for prop, media_type in told.items():
        if media_type is not None:
            yield from _typed(it, prop, _MEDIA_TYPES + media_type, DCTERMS.MediaType)


def _checksum(it: NamedNode, sha256: str) -> Iterator[Triple]:
    """Spec: SPDX 2.3, section 8.4 (package checksum field)."""
    checksum = NamedNode(f"{it.value}-checksum")
    yield Triple(it, SPDX.checksum, checksum)
    yield Triple(checksum, RDF.type, SPDX.Checksum)
    yield Triple(checksum, SPDX.algorithm, SPDX.checksumAlgorithm_sha256)
    yield Triple(SPDX.checksumAlgorithm_sha256, RDF.type, SPDX.ChecksumAlgorithm)
    yield Triple(checksum, SPDX.checksumValue, Literal(sha256, datatype=XSD.hexBinary))


def _texts(it: NamedNode, prop: NamedNode, texts: Texts) -> Iterator[Triple]:
    for language, text in texts.items():
        yield Triple(it, prop, Literal(text, language=language))


def _typed(it: NamedNode, prop: NamedNode, iri: str, kind: NamedNode) -> Iterator[Triple]:
    """A link, and the class that its end must be known to have."""
    end = NamedNode(iri)
    yield Triple(it, prop, end)
    yield Triple(end, RDF.type, kind)
