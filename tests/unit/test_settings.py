"""Settings: defaults, then environment, then command line."""

from dataclasses import fields
from pathlib import Path

import pytest

from cppcc_graph.errors import BadSetting
from cppcc_graph.settings import Settings, read_settings
from cppcc_graph.store.address import Remote


def test_every_field_has_help():
    assert all(field.metadata["help"].endswith(".") for field in fields(Settings))


def test_later_sources_win():
    environ = {"CPPCC_PORT": "81", "CPPCC_HOST": "::1", "CPPCC_STORE": "s", "CPPCC_DATA": "a:b", "OTHER": "x"}
    settings = read_settings(environ, port=82, store=None, data=())

    assert (settings.host, settings.port, settings.threads) == ("::1", 82, 8)
    assert (settings.store, settings.data) == (Path("s"), (Path("a"), Path("b")))


def test_a_store_is_a_folder_or_an_address_with_the_credentials_of_the_environment():
    environ = {"CPPCC_STORE": "./store", "CPPCC_STORE_USER": "me", "CPPCC_STORE_PASSWORD": "secret"}

    assert read_settings(environ).store == Path("store")
    assert read_settings(environ, store="HTTPS://example.org/sparql").store == Remote(
        query_iri="HTTPS://example.org/sparql", user="me", password="secret"
    )
    assert "secret" not in repr(read_settings(environ, store="https://example.org/sparql"))


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
