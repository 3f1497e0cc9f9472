"""What is in the dataset, counted when asked, and what is said of it as a whole: for pages, in VoID and in DCAT."""

from cppcc_graph.catalogue.contents import KINDS, Report, counts, reports
from cppcc_graph.catalogue.dcat import Catalogue, File, ReportDataset, Service, dcat_document
from cppcc_graph.catalogue.documents import Documented, documented
from cppcc_graph.catalogue.facts import About, ReportFacts, about, report_facts
from cppcc_graph.catalogue.key_figures import KeyFigure, key_figures
from cppcc_graph.catalogue.known import Known
from cppcc_graph.catalogue.partitions import Partitions, partitions
from cppcc_graph.catalogue.schema_org import Json, schema_dataset
from cppcc_graph.catalogue.void import Offer, void_document

__all__ = [
    "KINDS",
    "About",
    "Catalogue",
    "Documented",
    "File",
    "Json",
    "KeyFigure",
    "Known",
    "Offer",
    "Partitions",
    "Report",
    "ReportDataset",
    "ReportFacts",
    "Service",
    "about",
    "counts",
    "dcat_document",
    "documented",
    "key_figures",
    "partitions",
    "report_facts",
    "reports",
    "schema_dataset",
    "void_document",
]
