"""Whether a graph says what the report's text says: hash, offsets, figures, dates and names against the text."""

from cppcc_graph.verify.verification import ReportVerification, Verification, verify, verify_report

__all__ = ["ReportVerification", "Verification", "verify", "verify_report"]
