"""Percent-decoding: once, strictly, and exactly as the slower way does it."""

from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cppcc_graph.web.percent import decoded, decoded_pairs

PIECES = st.lists(
    st.sampled_from(["%", "%25", "%41", "%e6%94%bf", "%E6", "%zz", "%4", "+", "=", "&", " ", "a", "政", "\n", "_"])
)


@pytest.mark.parametrize(
    ("encoded", "expected"),
    [
        (b"a+b%20c", "a b c"),
        (b"%2525", "%25"),
        (b"100%", "100%"),
        (b"%zz%41", "%zzA"),
        (b"%3D=%3D", "==="),
        (b"%E6%94%BF%e5%8d%8f", "政协"),
        ("政协".encode(), "政协"),
        (b"a%0D%0A%20", "a\r\n "),
        (b"%3D%0A", "=\n"),
        (b"", ""),
        (b"a%\nb", "a%\nb"),
        (b"a%\r\nb%", "a%\r\nb%"),
    ],
)
def test_a_value_is_decoded_once(encoded, expected):
    assert decoded(encoded) == expected


@pytest.mark.parametrize("encoded", [b"%FF", b"%E6%94", b"\xff", b"a=%ED%A0%80"])
def test_what_is_not_utf_8_is_refused(encoded):
    with pytest.raises(UnicodeDecodeError):
        decoded(encoded)


@given(PIECES)
def test_the_quick_way_agrees_with_the_usual_one(pieces):
    encoded = "".join(pieces).encode()
    try:
        expected = parse_qsl(encoded.decode(), keep_blank_values=True, errors="strict")
    except UnicodeDecodeError:
        expected = None

    if expected is None:
        with pytest.raises(UnicodeDecodeError):
            decoded_pairs(encoded)
    else:
        assert decoded_pairs(encoded) == expected
