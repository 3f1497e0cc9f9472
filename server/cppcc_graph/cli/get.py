"""``cppcc get``."""

import click

from cppcc_graph.cli.options import data_option, settings_of, store_of, store_option, texts_option

_FIRST_FAILURE = 400
_FAILED = 1


@click.command("get")
@click.argument("path")
@click.option("--accept", metavar="TYPE", help="Accept header, such as text/turtle.  [default: none]")
@click.option("--language", metavar="TAGS", help="Accept-Language header, such as zh.  [default: none]")
@click.option("--include", is_flag=True, help="Print the status line and headers before the body, as curl -i does.")
@store_option
@data_option
@texts_option
def command(path: str, accept: str | None, language: str | None, *, include: bool, **given: object) -> int:
    """
    Answer one GET request without a server, and print the body.

    Exit status is 1 when the answer's status is 400 or above.

    \b
    cppcc get / --accept text/html
    cppcc get /doc/report/hengyang-2024 --accept text/turtle
    cppcc get '/sparql?query=ASK%7B%7D' --include
    """
    from cppcc_graph.web import create_app

    headers = {name: value for name, value in (("Accept", accept), ("Accept-Language", language)) if value}
    settings = settings_of(**given)
    with store_of(settings) as store:
        response = create_app(settings, store).test_client().get(path, headers=headers)
        if include:
            click.echo(f"{response.status}\n{response.headers}".replace("\r\n", "\n"))
        click.echo(response.data, nl=False)
    return _FAILED if response.status_code >= _FIRST_FAILURE else 0
