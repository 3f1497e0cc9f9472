"""Puts ``ontology/`` and ``data/`` into wheels, so that an installation works in an empty folder."""

from hatchling.builders.config import BuilderConfig
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class BundleHook(BuildHookInterface[BuilderConfig]):
    """Adds the two folders to a standard wheel; an editable install reads those of its checkout."""

    def initialize(self, version: str, build_data: dict[str, dict[str, str]]) -> None:
        """Called by hatchling before the wheel is written."""
        if version == "editable":
            return
        for folder in ("ontology", "data"):
            build_data["force_include"][folder] = f"cppcc_graph/_bundled/{folder}"
