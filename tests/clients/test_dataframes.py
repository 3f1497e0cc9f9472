"""pandas and sparql-dataframe: answers as tables."""

from urllib.error import HTTPError
from urllib.parse import urlencode

import pandas as pd
import pytest
import sparql_dataframe

pytestmark = pytest.mark.slow

BOUNDS = [
    ("中国人民政治协商会议衡阳县委员会", 15000000, "元", "1500余万元"),
    ("中国人民政治协商会议衡阳县委员会", 1000, "名", "1000余名"),
    ("中国人民政治协商会议衡阳市委员会", 1100, "人", "1100余人"),
    ("中国人民政治协商会议衡阳市委员会", 40, "项", "40多项"),
    ("中国民主促进会衡阳市委员会", 10, "项", "10余项"),
]


def rows(table: pd.DataFrame) -> list[tuple[object, ...]]:
    return list(table[["body", "value", "unit", "figure"]].itertuples(index=False, name=None))


@pytest.fixture
def address(endpoint, question):
    """The address of the lower bounds in a format, as it is pasted into a notebook."""
    query = question("lower-bounds")
    return lambda **fields: f"{endpoint}?{urlencode({'query': query, **fields})}"


@pytest.mark.parametrize("is_posted", [False, True])
def test_sparql_dataframe_reads_the_lower_bounds(endpoint, question, is_posted):
    table = sparql_dataframe.get(endpoint, question("lower-bounds"), post=is_posted)

    assert rows(table) == BOUNDS
    assert table["value"].sum() == 15002150


def test_sparql_dataframe_raises_on_a_bad_query(endpoint):
    with pytest.raises(Exception, match="Line 1, column 8"):
        sparql_dataframe.get(endpoint, "SELECT {")


def test_pandas_reads_csv_by_format(address):
    table = pd.read_csv(address(format="csv"))

    assert rows(table) == BOUNDS
    assert table["value"].dtype == "int64"


def test_pandas_reads_csv_and_tsv_by_accept(address):
    by_comma = pd.read_csv(address(), storage_options={"Accept": "text/csv"})
    by_tab = pd.read_csv(address(), sep="\t", storage_options={"Accept": "text/tab-separated-values"})

    assert rows(by_comma) == BOUNDS
    assert list(by_tab["?figure"]) == ["1500余万元", "1000余名", "1100余人", "40多项", "10余项"]


def test_pandas_reads_json_by_format(address):
    answer = pd.read_json(address(format="json"), typ="series")
    table = pd.json_normalize(answer["results"]["bindings"])

    assert list(answer["head"]["vars"][:3]) == ["body", "indicator", "value"]
    assert list(table["figure.value"]) == ["1500余万元", "1000余名", "1100余人", "40多项", "10余项"]
    assert table["body.xml:lang"].unique().tolist() == ["zh"]


def test_pandas_raises_on_a_bad_query(endpoint):
    with pytest.raises(HTTPError, match="400"):
        pd.read_csv(f"{endpoint}?{urlencode({'query': 'SELECT {', 'format': 'csv'})}")
