"""What this application serves: its store and its settings, for views to reach."""

from flask import Flask, current_app

from cppcc_graph.errors import NoHistory
from cppcc_graph.settings import Settings
from cppcc_graph.store.base import QueryRequest, Store


def init_served(app: Flask, settings: Settings, store: Store) -> None:
    """Keep *settings* and *store* with *app*."""
    app.extensions["served"] = (settings, store)


def store() -> Store:
    """The store behind the current request."""
    _settings, served = _served()
    return served


def asked_store(asked: QueryRequest) -> Store:
    """
    The store that a query is about: the data, or their history.

    Raises:
        NoHistory: none is kept.
    """
    return history() if asked.is_about_history else store()


def history() -> Store:
    """
    The commits that have led to the data, as a dataset.

    Raises:
        NoHistory: none are kept.
    """
    kept = store().history
    if kept is None:
        raise NoHistory
    return kept


def settings() -> Settings:
    """The settings of the server that answers the current request."""
    known, _store = _served()
    return known


def _served() -> tuple[Settings, Store]:
    pair: tuple[Settings, Store] = current_app.extensions["served"]
    return pair
