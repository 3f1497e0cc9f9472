"""``server/NOTEBOOKS.md`` runs from its first line to its last, as one notebook."""

import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "server" / "NOTEBOOKS.md"


# rdflib 7.6 warns of its own use of a name that it has deprecated.
@pytest.mark.filterwarnings("ignore:Dataset.default_context is deprecated:DeprecationWarning")
def test_the_examples_print_what_the_data_say(capsys: pytest.CaptureFixture[str]) -> None:
    cells = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    printed, known = [], {}
    for cell in cells:
        exec(compile(cell, "NOTEBOOKS.md", "exec"), known)
        printed.append(capsys.readouterr().out)

    assert len(cells) == 6
    assert "https://w3id.org/cppcc-graph/report/hengyang-2024" in printed[1]
    assert len(printed[2].splitlines()) >= 4
    assert "332件" in printed[3]
    assert "1071" in printed[3]
    assert re.match(r"中国人民政治协商会议衡阳市委员会 \d+\n", printed[4])
    assert printed[5] == "1 0\n"
