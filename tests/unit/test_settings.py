"""Settings: defaults, then environment, then command line."""

from dataclasses import fields
from pathlib import Path

import pytest

from cppcc_graph.errors import BadSetting
from cppcc_graph.settings import Settings, read_settings


def test_every_field_has_help():
    assert all(field.metadata["help"].endswith(".") for field in fields(Settings))


def test_later_sources_win():
    environ = {"CPPCC_PORT": "81", "CPPCC_HOST": "::1", "CPPCC_STORE": "s", "CPPCC_DATA": "a:b", "OTHER": "x"}
    settings = read_settings(environ, port=82, store=None, data=())

    assert (settings.host, settings.port, settings.threads) == ("::1", 82, 8)
    assert (settings.store, settings.data) == (Path("s"), (Path("a"), Path("b")))


@pytest.mark.parametrize(
    ("environ", "given", "message"),
    [
        ({"CPPCC_PORT": "http"}, {}, "CPPCC_PORT: 'http' is not a whole number"),
        ({}, {"port": 65536}, "port: 65536 is not between 0 and 65535"),
        ({"CPPCC_THREADS": "0"}, {}, "threads: 0 is not between 1 and 256"),
        ({"CPPCC_LOG_LEVEL": "LOUD"}, {}, "log level: 'LOUD' is none of DEBUG, INFO, WARNING, ERROR"),
    ],
)
def test_a_wrong_value_is_told(environ, given, message):
    with pytest.raises(BadSetting, match=message):
        read_settings(environ, **given)
