"""``ontology/questions/README.md`` lists the questions as they are; ``pytest --approve`` writes it anew."""

from collections import defaultdict
from pathlib import Path

import pytest

from cppcc_graph.bundled import ontology_folder
from cppcc_graph.questions import Question, questions

INTRODUCTION = """# 问题 · Questions

每个问题是一个 SPARQL 1.1 查询文件。文件开头的注释行说明:

Each question is a file with one SPARQL 1.1 query. The comment lines at its beginning say:

| 行 · line | 说明 | meaning |
|---|---|---|
| `title@zh`, `title@en` | 问题 | the question |
| `description@zh`, `description@en` | 补充说明(可省) | a note (optional) |
| `id` | 给定问题的编号 | the number of a given question |
| `scope` | `any-report`:对任何报告成立;否则只问所名的报告 | `any-report`, or the one report it asks about |
| `tags` | 主题 | what it is about |
| `answer@zh`, `answer@en` | 答案各列 | the columns of the answer |
| `given` | 问题自带、可以写进查询的词 | what the question itself gives and the query may hold |
| `support` | 答案所依据的节点(变量) | the variables that hold the nodes on which the answer rests |
| `parameters` | 可按什么缩小范围(见 `parameters`) | what narrows it down (see `parameters`), and of which variable |

运行 · Run: `cppcc query all-figures`, `cppcc query all-figures --format csv`.

列 `start` 和 `end` 是依据在原文中的位置(码点,0 起,不含末位),有多处时取首尾。
Columns `start` and `end` are code points of the whole text, from 0, end exclusive; where there are several places, the
first beginning and the last end.

核准的答案在 `tests/questions/expected`;数据改动后用 `pytest tests/questions --approve` 重写并审阅差异。
Approved answers lie in `tests/questions/expected`; after a change of the data, `pytest tests/questions --approve`
rewrites them, and a person reviews the difference.
"""


def cell(text: str) -> str:
    return text.replace("|", "\\|")


def row(question: Question) -> str:
    number = question.header.get("id", "")
    titles = f"{cell(question.titles['zh'])} | {cell(question.titles['en'])}"
    return f"| {number} | [`{question.slug}`]({question.slug}.rq) | {titles} | {question.header['scope']} |"


def table(title: str, chosen: list[Question]) -> str:
    lines = ["| | slug | 问题 | question | scope |", "|---|---|---|---|---|", *map(row, chosen)]
    return f"## {title}\n\n" + "\n".join(lines) + "\n"


def tags(chosen: list[Question]) -> str:
    tagged = defaultdict(list)
    for question in chosen:
        for tag in question.header["tags"].split(","):
            tagged[tag.strip()].append(f"`{question.slug}`")
    lines = [f"| {tag} | {', '.join(slugs)} |" for tag, slugs in sorted(tagged.items())]
    return "## 主题 · What they are about\n\n| tag | slugs |\n|---|---|\n" + "\n".join(lines) + "\n"


def index() -> str:
    every = questions()
    given = sorted((question for question in every if "id" in question.header), key=lambda q: q.header["id"])
    listings = [q for q in every if "listing" in q.header["tags"]]
    others = [q for q in every if q not in given and q not in listings]
    return "\n".join(
        [
            INTRODUCTION,
            table("给定的问题 · Given questions", given),
            table("全部列出 · Listings of everything", listings),
            table("其他问题 · Other questions", others),
            tags(every),
        ]
    )


def test_the_index_lists_every_question_as_it_is(request: pytest.FixtureRequest) -> None:
    path: Path = ontology_folder() / "questions" / "README.md"
    if request.config.getoption("--approve"):
        path.write_text(index(), encoding="utf-8", newline="\n")

    assert path.read_text(encoding="utf-8") == index()
