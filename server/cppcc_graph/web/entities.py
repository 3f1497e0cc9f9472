"""Entities (stub while the rest is brought up)."""

from flask import Blueprint

blueprint = Blueprint("entities", __name__)
