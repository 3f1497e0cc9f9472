"""Who is named where: the longest name wins."""

from cppcc_graph.verify.names import Mention, Name, find_mentions, sentence_around


def found(text, *names):
    """(bearer, matched string, holders) of each mention in *text*; *names* are (kind, string, bearer)."""
    listed = [Name(kind=kind, text=string, bearer=bearer) for kind, string, bearer in names]
    return [
        (mention.bearer, text[mention.start : mention.end], set(mention.holders))
        for mention in find_mentions(text, listed)
    ]


def test_a_committee_inside_the_name_of_its_office_is_held_by_it():
    names = [("organisation", "星澜市政协", "committee"), ("organisation", "星澜市政协办", "office")]

    assert found("星澜市政协办获评先进,星澜市政协祝贺", *names) == [
        ("office", "星澜市政协办", set()),
        ("committee", "星澜市政协", {"office"}),
        ("committee", "星澜市政协", set()),
    ]


def test_the_party_committee_inside_a_democratic_party_committee_is_held_by_it():
    names = [("organisation", "市委", "party"), ("organisation", "民盟市委会", "league")]

    assert found("民盟市委会", *names) == [("league", "民盟市委会", set()), ("party", "市委", {"league"})]


def test_a_body_inside_the_name_of_an_event_is_held_by_nobody():
    names = [("organisation", "市委", "party"), ("event", "市委政协工作会议", "conference")]

    assert found("市委政协工作会议召开", *names) == [
        ("conference", "市委政协工作会议", set()),
        ("party", "市委", set()),
    ]


def test_a_body_is_not_held_by_a_longer_name_of_its_own():
    names = [("organisation", "市委", "party"), ("organisation", "星澜市委", "party")]

    assert found("星澜市委", *names) == [("party", "星澜市委", set()), ("party", "市委", set())]


def test_quotation_marks_and_spaces_do_not_hide_a_name():
    assert found("打造“灯下 夜谈”品牌", ("programme", "灯下夜谈品牌", "talks")) == [("talks", "灯下 夜谈”品牌", set())]


def test_a_name_of_two_bearers_is_a_mention_of_both():
    names = [("topic", "茶产业", "topic"), ("programme", "茶产业", "programme")]

    assert {bearer for bearer, _, _ in found("发展茶产业", *names)} == {"topic", "programme"}


def test_overlapping_names_are_both_found():
    names = [("programme", "制造立市", "half"), ("place", "立市区", "place")]

    assert found("制造立市区", *names) == [("half", "制造立市", set()), ("place", "立市区", set())]


def test_an_empty_name_is_found_nowhere():
    assert find_mentions("星澜", [Name(kind="place", text="“”", bearer="nothing")]) == []


def test_a_mention_tells_code_points_of_the_whole_text():
    assert find_mentions("在“星澜”", [Name(kind="place", text="星澜", bearer="place")]) == [
        Mention(bearer="place", start=2, end=4, holders=frozenset())
    ]


def test_a_sentence_ends_at_a_full_stop_and_not_at_a_semicolon():
    text = "甲会召开。乙会立案3件;办结2件。丙会休会"

    assert text[slice(*sentence_around(text, 12, 14))] == "乙会立案3件;办结2件"
