"""Settings: defaults, then environment, then command line."""

from dataclasses import fields
from pathlib import Path

import pytest

from cppcc_graph.errors import BadSetting
from cppcc_graph.settings import Settings, read_settings
from cppcc_graph.store.address import Remote

WRITABLE = {"empty": True, "default_graph": "separate", "shapes": "none", "writable": True, "no_auth": True}


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
        ({}, {"deadline_s": 0.0}, "deadline: 0.0 is not between 0.1 and 86400"),
        ({"CPPCC_THREADS": "0"}, {}, "threads: 0 is not between 1 and 256"),
        ({"CPPCC_LOG_LEVEL": "LOUD"}, {}, "log level: 'LOUD' is none of DEBUG, INFO, WARNING, ERROR"),
        ({"CPPCC_THREADS": "٣"}, {}, "CPPCC_THREADS: '٣' is not a whole number"),
        ({"CPPCC_THREADS": "1_0"}, {}, "CPPCC_THREADS: '1_0' is not a whole number"),
        ({"CPPCC_DEADLINE_S": "nan"}, {}, "CPPCC_DEADLINE_S: 'nan' is not a number"),
        ({"CPPCC_EMPTY": "perhaps"}, {}, "CPPCC_EMPTY: 'perhaps' is neither true nor false"),
        ({}, {"default_graph": "merged"}, "default graph: 'merged' is none of union, separate"),
        ({}, {"shapes": "some"}, "shapes: 'some' is none of bundled, none"),
        ({}, {"default_graph": "separate"}, "default graph: pages and questions read the named graphs as one"),
        ({}, {"shapes": "none"}, "shapes: the shapes are part of the ontology that is served; 'none' needs --empty"),
        ({}, {"empty": True, "store": "s"}, "empty: the bare mode holds its data in memory; leave out --store"),
        ({}, {"empty": True, "no_auth": True}, "no auth: nobody needs a name to read; it belongs to --writable"),
        ({}, {"writable": True}, "writable: what is written has to stay somewhere; add --store DIR"),
        ({}, {"writable": True, "store": "https://example.org/sparql"}, "writable: the data of another engine change"),
        (
            {},
            {"writable": True, "store": "s", "no_auth": True},
            "no auth: published data are written by holders of tok",
        ),
        ({}, {"allowed_host": ("https://data.example",)}, "allowed host: 'https://data.example' is no host such as"),
        ({"CPPCC_ALLOWED_HOST": "a.example *"}, {}, r"allowed host: '\*' is no host"),
        ({}, {"body_mib": 0}, "body: 0 is not between 1 and 1024"),
        ({}, WRITABLE | {"default_graph": "union"}, "writable: an update needs a default graph that is not derived"),
        (
            {},
            WRITABLE | {"shapes": "bundled"},
            "writable: in the bare mode nothing judges what is written; say so with",
        ),
        ({}, WRITABLE | {"no_auth": False}, "writable: in the bare mode nobody is asked for a token; say so with"),
        ({}, WRITABLE | {"host": "0.0.0.0"}, "writable: whoever reaches 0.0.0.0 could write; only 127.0.0.1"),
        ({}, WRITABLE | {"host": "example.org"}, "writable: whoever reaches example.org could write"),
        ({"CPPCC_WRITABLE": "1"}, {}, "writable: what is written has to stay somewhere"),
    ],
)
def test_a_wrong_value_is_told(environ, given, message):
    with pytest.raises(BadSetting, match=message):
        read_settings(environ, **given)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_the_bare_mode_may_be_written_over_loopback(host):
    assert read_settings({}, host=host, **WRITABLE).writable


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", "data.example"])
def test_a_folder_may_be_written_to_from_anywhere_as_it_asks_for_tokens(host):
    settings = read_settings(
        {"CPPCC_ALLOWED_HOST": "data.example:8443 [2001:db8::1]"}, store="s", writable=True, host=host
    )

    assert (settings.writable, settings.no_auth) == (True, False)
    assert settings.allowed_host == ("data.example:8443", "[2001:db8::1]")


@pytest.mark.parametrize(
    "given",
    [
        {"empty": True},
        {"empty": True, "default_graph": "separate"},
        {"empty": True, "shapes": "none", "host": "0.0.0.0", "data": (Path("d"),)},
    ],
)
def test_a_bare_mode_that_is_only_read_may_be_anything_else(given):
    assert not read_settings({}, **given).writable


@pytest.mark.parametrize(("text", "value"), [("1", True), ("Yes", True), ("true", True), ("0", False), ("off", False)])
def test_a_flag_is_set_or_not_by_the_environment(text, value):
    assert read_settings({"CPPCC_EMPTY": text}).empty is value
