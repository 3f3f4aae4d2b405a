"""What the engine asks of a provider. The one implementation is `ChatCompletions`."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

import httpx

from copygen.models import ApiError, Completion, Prompt


class Provider(Protocol):
    """One wire format of one provider: prompts become requests, replies become values."""

    @property
    def name(self) -> str:
        """As in the settings (`openai`, `holysheep`, ...)."""

    def request(self, prompt: Prompt) -> httpx.Request:
        """The complete request for one attempt, ready for the transport. Sends nothing."""

    def parse(
        self,
        status: int,
        headers: Mapping[str, str],
        body: bytes,
        now: datetime,
        prompt: Prompt,
    ) -> Completion | ApiError:
        """What a reply means. Never raises, whatever arrived."""

    def adapt(self, error: ApiError, model: str) -> bool:
        """Learn from a refused parameter; True when sending the same prompt again is worth it."""
