"""Figure strings as reports print them, read into value, bound and unit."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cppcc_graph.verify.figures import Figure, NotAFigure, parse_figure

CASES = [
    ("286场", "286", "exact", "场"),
    ("97.9%", "97.9", "exact", "%"),
    ("100%", "100", "exact", "%"),
    ("237亿元", "23700000000", "exact", "元"),
    ("1500余万元", "15000000", "more-than", "元"),
    ("1500万余元", "15000000", "more-than", "元"),
    ("1000余名", "1000", "more-than", "名"),
    ("40多项", "40", "more-than", "项"),
    ("10余项", "10", "more-than", "项"),
    ("十余项", "10", "more-than", "项"),
    ("十几次", "10", "more-than", "次"),
    ("百余名", "100", "more-than", "名"),
    ("万余名", "10000", "more-than", "名"),
    ("6年", "6", "exact", "年"),
    ("13年", "13", "exact", "年"),
    ("248人次", "248", "exact", "人次"),
    ("1,234", "1234", "exact", ""),
    ("1,234,567.5元", "1234567.5", "exact", "元"),
    ("3.5万亩", "35000", "exact", "亩"),
    ("1亿2000万元", "120000000", "exact", "元"),
    ("3万5000元", "35000", "exact", "元"),
    ("3万5千元", "35000", "exact", "元"),
    ("1.2万亿元", "1200000000000", "exact", "元"),
    ("两级", "2", "exact", "级"),
    ("三大", "3", "exact", "大"),
    ("十五个", "15", "exact", "个"),
    ("二十三万五千一百零二人", "235102", "exact", "人"),
    ("一千零一十五件", "1015", "exact", "件"),
    ("二〇二四年", "2024", "exact", "年"),
    ("百分之九十七", "97", "exact", "%"),
    ("百分之百", "100", "exact", "%"),
    ("千分之3", "3", "exact", "‰"),
    ("超过300场", "300", "more-than", "场"),
    ("不超过300场", "300", "at-most", "场"),
    ("不少于4次", "4", "at-least", "次"),
    ("不足5%", "5", "less-than", "%"),
    ("近百人", "100", "approximately", "人"),
    ("50人以上", "50", "at-least", "人"),
    ("50人左右", "50", "approximately", "人"),
    ("5千米", "5", "exact", "千米"),
    ("3个百分点", "3", "exact", "个百分点"),
    ("237元/吨", "237", "exact", "元/吨"),
]
REFUSED = [
    ("", "does not begin with a number"),
    ("若干项", "does not begin with a number"),
    ("余项", "does not begin with a number"),
    ("三五个", "range or a number"),
    ("10-20项", "is no unit"),
    ("1,2345元", "two numbers"),
    ("一万五", "left open"),
    ("一百五", "left open"),
    ("五百千", "wrong order"),
    ("3亿5亿", "wrong order"),
    ("百强", "without a number"),
    ("40多5项", "cannot follow"),
    ("近40余项", "says both"),
    ("5年3个月", "is no unit"),
    ("286场,形成", "is no unit"),
    (" 286场", "does not begin with a number"),
]


@pytest.mark.parametrize(("printed", "value", "bound", "unit"), CASES)
def test_a_figure_string_is_read_into_value_bound_and_unit(printed, value, bound, unit):
    assert parse_figure(printed) == Figure(value=Decimal(value), bound=bound, unit=unit)


@pytest.mark.parametrize(
    ("printed", "rank", "unit"), [("第二", 2, ""), ("第12名", 12, "名"), ("第三位", 3, "位"), ("第十", 10, "")]
)
def test_a_figure_after_di_is_a_rank(printed, rank, unit):
    assert parse_figure(printed) == Figure(value=Decimal(rank), bound="exact", unit=unit, is_rank=True)


@pytest.mark.parametrize(("printed", "reason"), REFUSED)
def test_a_string_that_is_no_single_figure_is_refused_with_the_reason(printed, reason):
    with pytest.raises(NotAFigure, match=reason):
        parse_figure(printed)


def spelled(number: int) -> str:
    """*number* (0 to 99999999) in Chinese numerals, in the form that school teaches."""
    high, low = divmod(number, 10000)
    if high:
        gap = "零" if 0 < low < 1000 else ""
        return spelled(high) + "万" + (gap + spelled(low) if low else "")
    text, pending_zero = "", False
    for multiplier, sign in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // multiplier % 10
        if digit:
            text += ("零" if pending_zero and text else "") + "零一二三四五六七八九"[digit] + sign
        pending_zero = digit == 0
    return text or "零"


@given(st.integers(0, 99_999_999))
def test_every_number_spelled_in_chinese_is_read_back(number):
    assert parse_figure(spelled(number) + "件").value == number


@given(st.integers(0, 10**12), st.sampled_from(["件", "场", "人次", "%", ""]))
def test_every_number_in_arabic_digits_is_read_back_with_and_without_commas(number, unit):
    plain, grouped = parse_figure(f"{number}{unit}"), parse_figure(f"{number:,}{unit}")

    assert (plain.value, plain.unit) == (number, unit)
    assert grouped == plain


@given(st.decimals(0, 9999, places=2), st.sampled_from([("万", 10**4), ("亿", 10**8), ("万亿", 10**12)]))
def test_a_multiplier_multiplies(number, multiplier):
    sign, factor = multiplier

    assert parse_figure(f"{number:f}{sign}元") == Figure(value=number * factor, bound="exact", unit="元")


@given(st.integers(1, 10**6), st.sampled_from("余多"), st.sampled_from(["", "万", "亿"]))
def test_yu_and_duo_mean_more_and_leave_value_and_unit_alone(number, more, sign):
    open_figure, closed = parse_figure(f"{number}{more}{sign}元"), parse_figure(f"{number}{sign}元")

    assert open_figure.bound == "more-than"
    assert (open_figure.value, open_figure.unit) == (closed.value, closed.unit)


@given(st.text(alphabet="0123456789,.一二两十百千万亿余多第%场零近上以 ", max_size=12))
def test_no_string_does_anything_but_parse_or_be_refused(text):
    try:
        figure = parse_figure(text)
    except NotAFigure:
        return
    assert figure.value >= 0
