"""Dates as reports print them."""

import pytest

from cppcc_graph.verify.dates import PrintedDate, parse_date, printed_dates


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        ("11月8日,大会召开", [(0, 11, 8)]),
        ("2024年11月8日", [(2024, 11, 8)]),
        ("发布时间:2024-12-20 编辑", [(2024, 12, 20)]),
        ("集中组织“9·21委员活动日”", [(0, 9, 21)]),
        ("6月13日至15日", [(0, 6, 13), (0, 6, 15)]),
        ("2024年6月", [(2024, 6, 0)]),
        ("2024年", []),
        ("97.9%", []),
        ("13月40日", []),
        ("1453", []),
    ],
)
def test_printed_dates_are_found_with_as_much_as_they_say(text, dates):
    assert printed_dates(text) == [PrintedDate(*date) for date in dates]


@pytest.mark.parametrize(
    ("literal", "date"),
    [
        ("2024-11-08", (2024, 11, 8)),
        ("2024-11", (2024, 11, 0)),
        ("--11-08", (0, 11, 8)),
        ("2024", None),
        ("8.11.", None),
    ],
)
def test_a_date_literal_is_read_and_anything_else_is_none(literal, date):
    assert parse_date(literal) == (date and PrintedDate(*date))


def test_a_date_agrees_with_a_printed_one_without_a_year_but_not_with_another_day():
    assert PrintedDate(2024, 11, 8).agrees(PrintedDate(0, 11, 8))
    assert not PrintedDate(2024, 11, 8).agrees(PrintedDate(0, 8, 11))
