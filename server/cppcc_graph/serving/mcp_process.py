"""The process that speaks the Model Context Protocol, in the place of the one that speaks HTTP to everybody."""

import asyncio
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial

import click
import uvicorn
from mcp.server.transport_security import TransportSecuritySettings

from cppcc_graph.mcp import create_server
from cppcc_graph.serving.front_process import FrontPlan
from cppcc_graph.store.workers.answers import Answers
from cppcc_graph.store.workers.dispatcher import Dispatcher
from cppcc_graph.store.workers.limits import MIB
from cppcc_graph.store.workers.pool import StoreInWorkers
from cppcc_graph.store.workers.services import Services

PATH = "/mcp"
_GRACE_S = 5


def run_mcp(plan: FrontPlan) -> None:
    """
    Answers until SIGTERM; without a socket over stdin and stdout, and until stdin ends.

    Spec: Model Context Protocol, Transports (stdio, Streamable HTTP).
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    asyncio.run(_serve(plan))


async def _serve(plan: FrontPlan) -> None:
    async with _store(plan) as store:
        server = create_server(store)
        if plan.listener is None:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            await server.run_stdio_async()
            return
        app = server.streamable_http_app(
            streamable_http_path=PATH, stateless_http=True, json_response=True, transport_security=_security(plan)
        )
        config = uvicorn.Config(
            app,
            ws="none",
            log_config=None,
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=_GRACE_S,
        )
        if plan.is_first:
            click.echo(f"cppcc: {plan.url.rstrip('/')}{PATH} is ready", err=True)
        await uvicorn.Server(config).serve([plan.listener])


@asynccontextmanager
async def _store(plan: FrontPlan) -> AsyncIterator[StoreInWorkers]:
    """The store whose queries are evaluated in processes that can be killed."""
    loop = asyncio.get_running_loop()
    dispatcher = Dispatcher(plan.folder, plan.limits, plan.places, is_ours_alone=plan.is_ours_alone)
    dispatcher.turn_to(plan.generation)
    services = Services(dispatcher, plan.gate, deadline_s=plan.limits.deadline_s)
    answers = Answers(services.ask, dispatcher.state_name, limit_bytes=plan.settings.cache_mib * MIB)
    dispatcher.start()
    loop.add_reader(plan.orders, partial(plan.turn, dispatcher.turn_to))
    try:
        yield StoreInWorkers(loop, dispatcher, answers)
    finally:
        services.close()
        dispatcher.close()
        await asyncio.sleep(0)


def _security(plan: FrontPlan) -> TransportSecuritySettings:
    """
    Only under our own names: no page of another site, and no name that somebody lets lead here, reaches the tools.

    Spec: Model Context Protocol, Transports (security warning: servers must validate the Origin header).
    """
    hosts = _hosts(plan.settings.host, plan.settings.allowed_host)
    return TransportSecuritySettings(
        enable_dns_rebinding_protection=True,
        allowed_hosts=hosts,
        allowed_origins=[f"{scheme}://{host}" for host in hosts for scheme in ("http", "https")],
    )


def _hosts(own: str, allowed: Sequence[str]) -> list[str]:
    named = f"[{own}]" if ":" in own else own
    names = dict.fromkeys(("127.0.0.1", "localhost", "[::1]", named, *allowed))
    return [form for name in names for form in ((name,) if _has_port(name) else (name, f"{name}:*"))]


def _has_port(name: str) -> bool:
    return name.rpartition(":")[2].isdecimal() and not name.endswith("]")
