"""Programs that receive: a signed webhook, a watcher that hears signs of life, a plain one."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass, field

from tests.simulators.seen import Seen
from tests.simulators.simulator import Reply, Request, told

PLACE = "/hooks/9b1c2d-Jq7Rt5"
KEY = base64.b64encode(b"thirty-two bytes, more or less...").decode()
BEARER = "tok-8fK2-zz91"
CHECK = "f0a9b6c1-52d3-4a7e-9d1b-0c3e5f7a9b2d"
_PING = re.compile(r"/([0-9a-f-]{36})(?:/(start|fail|log|[0-9]+))?")


@dataclass(kw_only=True)
class Receiver:
    """Takes what is signed with its key, and nothing else; ``plain`` takes anything."""

    seen: list[Seen] = field(default_factory=list)
    gone: bool = False
    plain: bool = False

    def answer(self, request: Request) -> Reply:
        if request.method == "HEAD":
            return Reply(status=405)
        if self.gone or request.path.rstrip("/") != PLACE:
            return told({"detail": f"gone: {request.path}"}, 410)
        if not self.plain and not self.is_genuine(request):
            return told({"detail": "bad signature"}, 400)
        value = request.json()
        text = f"{value.get('title', '')}\n{value['message']}" if self.plain else value["text"]
        self.seen.append(
            Seen(
                text=str(text),
                links=tuple(filter(None, [str(value.get("url", ""))])),
                raw=request.content,
                thread=str(value.get("thread", "")),
                name=request.headers.get("webhook-id", ""),
            )
        )
        return told({"taken": True})

    def is_genuine(self, request: Request) -> bool:
        given = request.headers
        signed = f"{given['webhook-id']}.{given['webhook-timestamp']}.".encode() + request.content
        made = base64.b64encode(hmac.digest(base64.b64decode(KEY), signed, hashlib.sha256))
        bearer = given.get("authorization") == f"Bearer {BEARER}"
        return bearer and given["webhook-signature"] == f"v1,{made.decode()}"


@dataclass(kw_only=True)
class Watcher:
    """Hears pings; what it does not know or hears too often it answers with 200, too."""

    seen: list[Seen] = field(default_factory=list)
    signals: list[tuple[str, str]] = field(default_factory=list)
    gone: bool = False
    too_often: bool = False

    def answer(self, request: Request) -> Reply:
        found = _PING.fullmatch(request.path)
        if found is None:
            return Reply(status=404, content=f"not found {request.path}".encode())
        if self.gone or found[1] != CHECK:
            return Reply(content=b"OK (not found)")
        if self.too_often:
            return Reply(content=b"OK (rate limited)")
        self.signals.append((found[2] or "success", request.query.get("rid", "")))
        self.seen.append(Seen(text=request.content.decode(), raw=request.content))
        return Reply(content=b"OK")
