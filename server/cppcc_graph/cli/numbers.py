"""Numbers on the command line, in the digits 0 to 9 as they stand in addresses and in the journal."""

import click

from cppcc_graph.cli.visible import visible
from cppcc_graph.settings import is_plain_number


class Whole(click.IntRange):
    """A whole number, between bounds where there are any."""

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The number, or the end of the command with what is wrong."""
        if isinstance(value, str) and not is_plain_number(value, int):
            self.fail(f"'{visible(value)}' is not a whole number in the digits 0 to 9.", param, ctx)
        return int(super().convert(value, param, ctx))  # type: ignore[arg-type]  # the base has two spellings of any


class Decimal(click.FloatRange):
    """A number, between bounds where there are any."""

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The number, or the end of the command with what is wrong."""
        if isinstance(value, str) and not is_plain_number(value, float):
            self.fail(f"'{visible(value)}' is not a number in the digits 0 to 9.", param, ctx)
        return float(super().convert(value, param, ctx))  # type: ignore[arg-type]  # as above
