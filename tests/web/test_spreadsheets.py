"""CSV that a spreadsheet program opens as it is meant, beside the exact one."""

import csv
import io

import pandas as pd
import pytest
from flask.testing import FlaskClient

BEGINNINGS = ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", " =", "\ufeff="]


def table(client: FlaskClient, query: str, **fields: str) -> list[list[str]]:
    response = client.get("/sparql", query_string={"query": query, "format": "excel-csv", **fields})
    assert response.status_code == 200
    assert response.content_type == "text/csv; charset=utf-8"
    assert response.data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(response.data.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("beginning", BEGINNINGS)
def test_a_text_that_begins_like_a_formula_is_none(client: FlaskClient, beginning: str) -> None:
    escaped = beginning.replace("\t", "\\t").replace("\r", "\\r").replace("\n", "\\n")
    query = f'SELECT ("{escaped}1+2" AS ?a) ("x{escaped}" AS ?b) {{}}'

    assert table(client, query) == [["a", "b"], [f"'{beginning}1+2", f"x{beginning}"]]


def test_numbers_stay_numbers_and_texts_like_them_texts(client: FlaskClient) -> None:
    values = '(-5 AS ?a) (-1.5 AS ?b) (2e3 AS ?c) ("-5" AS ?d) ("NaN"^^<http://www.w3.org/2001/XMLSchema#double> AS ?e)'
    response = client.get("/sparql", query_string={"query": f"SELECT {values} {{}}", "format": "excel-csv"})

    assert response.data.decode("utf-8-sig").split("\r\n")[1] == '-5,-1.5,2000,"\'-5","NaN"'


def test_no_semicolon_comma_quote_or_line_break_begins_another_cell(client: FlaskClient) -> None:
    text = 'a;=1+1,"b"\n=2'
    query = 'SELECT ("a;=1+1,\\"b\\"\\n=2" AS ?a) ?none (BNODE() AS ?b) (<http://example.org/x> AS ?c) {}'
    rows = table(client, query)

    assert rows[1][:2] == [text, ""]
    assert rows[1][3] == "http://example.org/x"
    assert rows[1][2].startswith("_:")


def test_lines_end_in_crlf_and_chinese_stays_chinese(client: FlaskClient) -> None:
    response = client.get("/sparql", query_string={"query": 'SELECT ("政协" AS ?名) {}', "format": "excel-csv"})

    assert response.data == '\ufeff"名"\r\n"政协"\r\n'.encode()


def test_the_exact_csv_is_as_it_was_and_what_accept_means(client: FlaskClient) -> None:
    response = client.get("/sparql", query_string={"query": 'SELECT ("=1" AS ?a) {}'}, headers={"Accept": "text/csv"})

    assert response.data == b"a\r\n=1\r\n"


def test_a_question_is_a_table_that_pandas_reads(published_client: FlaskClient) -> None:
    exact = published_client.get("/questions/all-figures.csv")
    people = published_client.get("/questions/all-figures.excel-csv")

    pd.testing.assert_frame_equal(
        pd.read_csv(io.BytesIO(people.data), encoding="utf-8-sig"), pd.read_csv(io.BytesIO(exact.data))
    )


def test_a_long_table_is_whole(published_client: FlaskClient) -> None:
    query = "SELECT ?s ?p ?o { ?s ?p ?o } ORDER BY ?s ?p ?o LIMIT 5000"
    rows = table(published_client, query)

    assert len(rows) == 5001
    assert all(len(row) == 3 for row in rows)


def test_a_yes_does_not_go_into_it(client: FlaskClient) -> None:
    assert client.get("/sparql", query_string={"query": "ASK {}", "format": "excel-csv"}).status_code == 406


def test_a_page_leads_to_it_by_its_name(client: FlaskClient) -> None:
    page = client.get("/sparql", query_string={"query": "SELECT * {}", "format": "html"}).text

    assert "format=excel-csv" in page
    assert "CSV for Excel" in page
