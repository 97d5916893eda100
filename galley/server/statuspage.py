"""One plain page for whoever opens the address in a browser: no script, everything escaped."""

import html
import time
from collections.abc import Iterable

from aiohttp import web

from galley import __version__
from galley.protocol.results import ChannelResult
from galley.server.middleware import grant_of
from galley.server.state import STATE
from galley.times import ago

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 3rem auto; max-width: 64rem; padding: 0 1rem;
  color: #1d2733; background: #fff; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .4rem .8rem .4rem 0; border-bottom: 1px solid #d9dee4; }
th { font-weight: 600; color: #5b6875; }
.bad { color: #b3261e; } .kept { color: #8a5a00; } .good { color: #1b6e3c; }
.count { text-align: right; } .table { overflow-x: auto; } code { font-size: .9em; }
@media (prefers-color-scheme: dark) {
  body { color: #dde3ea; background: #14181d; } th, td { border-color: #323a44; }
  .bad { color: #ff8a80; } .kept { color: #f2c14e; } .good { color: #7ddc9f; }
  a { color: #8ab4f8; } th { color: #9aa7b4; } }
"""
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Galley</title>
<meta name="viewport" content="width=device-width"><style>{style}</style></head>
<body><h1>Galley {version}</h1>
<div class="table"><table><thead><tr>
<th>Channel</th><th>State</th><th>Version</th><th>Published</th>
<th class="count">Resources</th><th class="count">Pending</th><th class="count">Blocked</th>
<th class="count">Errors</th><th>Subscribers</th></tr></thead><tbody>
{rows}
</tbody></table></div>
<p>More: <code>galley get</code>, <code>galley history</code>, <code>galley diagnostics</code>,
<a href="/api/v1/status">status as JSON</a>, <a href="/api/v1/openapi.json">the API</a>,
<a href="/metrics">metrics</a>.</p></body></html>
"""
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


async def page(request: web.Request) -> web.Response:
    """The channels that the caller may read."""
    grant = grant_of(request)
    health = request.app[STATE].backend.health()
    rows = _rows(each for each in health if grant.may(each.channel, "read"))
    return web.Response(
        text=PAGE.format(style=STYLE, version=html.escape(__version__), rows=rows),
        content_type="text/html",
        headers={"Content-Security-Policy": POLICY},
    )


def _rows(channels: Iterable[ChannelResult]) -> str:
    return "\n".join(_row(channel) for channel in channels)


def _row(channel: ChannelResult) -> str:
    cells = (
        html.escape(channel.channel),
        f'<span class="{_mood(channel)}">{html.escape(channel.state)}</span>{_notes(channel)}',
        f"{channel.version} <code>{html.escape(channel.digest[:12])}</code>"
        * bool(channel.version),
        html.escape(ago(channel.published, time.time())) if channel.published else "never",
    )
    counts = (channel.resources, channel.pending, channel.blocked, channel.errors)
    there = f"{channel.synced} of {channel.subscribers} in step" if channel.subscribers else "none"
    plain = "".join(f"<td>{cell}</td>" for cell in cells)
    counted = "".join(f'<td class="count">{count}</td>' for count in counts)
    return f"<tr>{plain}{counted}<td>{there}</td></tr>"


def _mood(channel: ChannelResult) -> str:
    if not channel.ready or channel.problem:
        return "bad"
    kept = channel.holds or channel.quarantined or channel.parked or channel.blocked
    return "kept" if kept else "good"


def _notes(channel: ChannelResult) -> str:
    """What keeps something back, a line each."""
    notes = [channel.problem] if channel.problem else []
    notes += [f"by {hold.author}: {hold.reason}" for hold in channel.holds]
    if channel.quarantined:
        notes.append(f"{channel.quarantined} in quarantine after a rollback")
    if channel.parked:
        notes.append("would delete too much: waits for an operator")
    return "".join(f"<br>{html.escape(note)}" for note in notes)
