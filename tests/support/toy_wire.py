"""A wire format that shares nothing with OpenAI's: what a further one takes, in one module."""

import hashlib
import hmac
from datetime import datetime

import httpx

from copygen.models import ApiError, Completion, JsonValue, Prompt, Usage
from copygen.providers.reply import ReplyContext, completed
from copygen.providers.wire import Wire

SPEAKERS = {"system": "director", "developer": "director", "user": "client", "assistant": "writer"}


class Toy(Wire):
    """`POST /write`: speakers instead of roles, a `budget` of words, and signed requests."""

    path = "/write"
    models_path = "/writers"
    auth = "x-toy-key"
    own_headers = {"x-toy-version": "7"}  # noqa: RUF012 - a ClassVar in the base

    def body(self, prompt: Prompt) -> dict[str, JsonValue]:
        """Everything in the toy's own words."""
        return {
            "writer": prompt.model,
            "script": [
                {"speaker": SPEAKERS[message.role], "line": message.content}
                for message in prompt.messages
            ],
            "budget": {"longest": prompt.max_output_tokens},
            "settings": dict(prompt.params),
            **({"shape": prompt.schema.schema} if prompt.schema else {}),
        }

    async def authorize(self, request: httpx.Request, now: datetime) -> ApiError | None:
        """A signature of time and body, which a server takes for a few seconds only."""
        error = await super().authorize(request, now)
        secret = (self.key.reveal() if self.key else "").encode()
        stamp = f"{now.timestamp():.0f}"
        digest = hmac.new(secret, stamp.encode() + request.read(), hashlib.sha256).hexdigest()
        request.headers["x-toy-signature"] = f"{stamp}:{digest}"
        return error

    def read(self, reply: dict[str, JsonValue], context: ReplyContext) -> Completion | ApiError:
        """Text, end, writer and the toy's own counts."""
        spent = reply.get("spent") or {}
        return completed(
            context,
            reply.get("copy") or "",
            finish_reason={"curtain": "stop", "out of budget": "length"}.get(reply.get("ending")),
            usage=Usage(spent["heard"], spent["spoken"]) if "heard" in spent else None,
            model=reply.get("by"),
        )

    def models_in(self, reply: JsonValue) -> list[str] | None:
        """The names on the stage."""
        return reply.get("stage") if isinstance(reply, dict) else None


WIRE = Toy
