"""A table reconciled by somebody else's program, ``reconciler``, over ``cppcc serve``."""

import warnings

import pytest
from tests.workers.server import serving

pytestmark = pytest.mark.slow

BASE = "https://w3id.org/cppcc-graph/"
NAMES = {
    "衡阳市政协": "cppcc-hengyang",
    "民盟衡陽市委會": "cdl-hengyang",
    "九三学社衡阳市委会": "jiusan-hengyang",
    "衡阳市工商联": "federation-hengyang",
    "Hengyang Municipal Committee of the China Zhi Gong Party": "zhigong-hengyang",
    "祁东县政协": "cppcc-qidong",
    "耒阳市政協": "cppcc-leiyang",
}


def test_a_table_of_parties_and_committees_is_reconciled():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pandas as pd
        from reconciler import reconcile

    with serving("--workers", 2, "--log-level", "ERROR") as server, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        address = f"http://127.0.0.1:{server.port}/reconcile"
        table = reconcile(
            pd.Series(list(NAMES)), type_id=f"{BASE}ontology#Organisation", reconciliation_endpoint=address
        )

    found = {row.input_value: (row.id.rpartition("/")[2], bool(row.match)) for row in table.itertuples()}
    assert found == {name: (slug, True) for name, slug in NAMES.items()}
