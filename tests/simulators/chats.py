"""Slack and Teams as their makers describe them: webhooks, and a bot's way into Slack."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any  # JSON, or keys of any dataclass

from tests.simulators.seen import Seen, markdown_links
from tests.simulators.simulator import Reply, Request, told

HOOK = "/services/T024BE7LD/B012AB3CD/XWmyLy8vLtTH7zPIGi2Ytb41"
FLOW = "/workflows/0a7c9e15/triggers/manual/paths/invoke"
SIGNATURE = "sig=4Tn8_sGm0Zl1k-HqEwZb2y"
TOKEN = "xoxb-" + "2309-7781-JqYv0Tn2XhLr"
CHANNEL = "C0123456789"
_LIMITS = {"header": 150, "section": 3000, "context": 3000}
_TEAMS_BYTES = 28 * 1024


def words(text: str, status: int = 200) -> Reply:
    """Answer with a word, as Slack's webhooks do."""
    return Reply(status=status, content=text.encode(), headers={"Content-Type": "text/html"})


def blocks_trouble(blocks: list[Any]) -> str:
    """Say what Slack would not take of these blocks."""
    if len(blocks) > 50:
        return "invalid_blocks"
    for block in blocks:
        for text in _texts(block):
            if not 0 < len(text["text"]) <= _LIMITS[block["type"]]:
                return "invalid_blocks"
            if block["type"] == "header" and text["type"] != "plain_text":
                return "invalid_blocks"
    return ""


def _texts(block: dict[str, Any]) -> list[dict[str, Any]]:
    elements: list[dict[str, Any]] = block.get("elements", [])
    return [block["text"]] if "text" in block else elements


def seen_in_slack(message: dict[str, Any], name: str = "") -> Seen:
    """Show a message: words in angle brackets call people or lead somewhere."""
    shown, marked = [], [message["text"]]
    for block in message["blocks"]:
        for text in _texts(block):
            shown.append(text["text"])
            marked += [text["text"]] if text["type"] == "mrkdwn" else []
    inside = [found for text in marked for found in re.findall(r"<([^>]*)>", text)]
    plain = "\n".join(shown).replace("\u200b", "")
    for sign, entity in (("<", "&lt;"), (">", "&gt;"), ("&", "&amp;")):
        plain = plain.replace(entity, sign)
    return Seen(
        text=plain,
        links=tuple(one.partition("|")[0] for one in inside if one[:1] not in "!@#"),
        called=tuple(one for one in inside if one[:1] in "!@#"),
        raw=json.dumps(message).encode(),
        thread=str(message.get("thread_ts", "")),
        name=name,
    )


@dataclass(kw_only=True)
class SlackHook:
    """An incoming webhook."""

    seen: list[Seen] = field(default_factory=list)
    gone: bool = False

    def answer(self, request: Request) -> Reply:
        if request.method == "HEAD":
            return words("", 302 if request.path == "/" else 400)
        if self.gone:
            return words(f"channel_is_archived {request.path}", 410)
        if request.path != HOOK:
            return words(f"no_service {request.path}", 404)
        message = request.json()
        blocks = message["blocks"]
        assert isinstance(blocks, list)
        trouble = blocks_trouble(blocks)
        if trouble or not message.get("text"):
            return words(trouble or "no_text", 400)
        self.seen.append(seen_in_slack(message))
        return words("ok")


@dataclass(kw_only=True)
class SlackApi:
    """The methods a bot uses; ``lags`` that many looks do not see what is new."""

    seen: list[Seen] = field(default_factory=list)
    gone: bool = False
    deaf: bool = False
    error: str = ""
    messages: list[dict[str, Any]] = field(default_factory=list)

    def answer(self, request: Request) -> Reply:
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            shown = request.headers.get("authorization")
            return told({"ok": False, "error": f"invalid_auth {shown}"})
        method = request.path.removeprefix("/api/")
        return told({**self.ask(method, request)})

    def ask(self, method: str, request: Request) -> Mapping[str, object]:
        if method == "auth.test":
            return {"ok": True, "user": "continuity"}
        if self.gone:
            return {"ok": False, "error": "is_archived"}
        if method == "chat.postMessage":
            return self.post(request.json())
        if self.deaf:
            return {"ok": False, "error": "missing_scope"}
        assert request.query["channel"] == CHANNEL
        root = request.query.get("ts", "")
        found = [one for one in self.messages if not root or root in _stamps(one)]
        kept = [one for one in found if root or "thread_ts" not in one]
        return {"ok": True, "messages": list(reversed(kept))[: int(request.query["limit"])]}

    def post(self, message: dict[str, Any]) -> Mapping[str, object]:
        if self.error:
            return {"ok": False, "error": self.error}
        trouble = blocks_trouble(message["blocks"])
        if trouble:
            return {"ok": False, "error": trouble}
        stamp = f"{1700000000 + len(self.messages)}.000100"
        self.messages.append({**message, "ts": stamp})
        self.seen.append(seen_in_slack(message, stamp))
        return {"ok": True, "ts": stamp, "channel": message["channel"]}


def _stamps(message: dict[str, Any]) -> tuple[str, str]:
    return message["ts"], message.get("thread_ts", "")


@dataclass(kw_only=True)
class Teams:
    """A webhook of Workflows: 202 for anything it can read, whether it shows it or not."""

    seen: list[Seen] = field(default_factory=list)
    gone: bool = False
    failed: int = 0

    def answer(self, request: Request) -> Reply:
        if request.method == "HEAD":
            return told({}, 404)
        if self.gone or request.path != FLOW or "sig" not in request.query:
            code = {"code": "WorkflowNotFound", "message": f"{request.path} {request.query}"}
            return told({"error": code}, 404)
        # What is counted is text of two bytes a letter.
        if len(request.content.decode().encode("utf-16-le")) > _TEAMS_BYTES:
            return told({"error": {"code": "RequestEntityTooLarge"}}, 413)
        self.show(request.json(), request.content)
        return Reply(status=202)

    def show(self, message: dict[str, Any], raw: bytes) -> None:
        attachments = message.get("attachments")
        if message.get("type") != "message" or not isinstance(attachments, list):
            self.failed += 1
            return
        (card,) = attachments
        content = card["content"]
        kinds = {one["type"] for one in _elements(content["body"])}
        assert card["contentType"] == "application/vnd.microsoft.card.adaptive"
        assert content["version"] == "1.4"
        assert kinds <= {"Container", "TextBlock", "RichTextBlock", "TextRun", "FactSet"}
        texts = [one for one in _elements(content["body"]) if "text" in one]
        formatted = [one["text"] for one in texts if one["type"] == "TextBlock"]
        actions = content.get("actions", [])
        assert {one["type"] for one in actions} <= {"Action.OpenUrl"}
        links = [one["url"] for one in actions]
        links += [link for text in formatted for link in markdown_links(text)]
        plain = "\n".join([*(one["text"] for one in texts), *(one["title"] for one in actions)])
        self.seen.append(Seen(text=plain, links=tuple(links), raw=raw))


def _elements(body: list[Any]) -> Iterator[dict[str, Any]]:
    for one in body:
        yield one
        yield from _elements(one.get("items", []))
        yield from _elements(one.get("inlines", []))
