"""What goes out for a prompt, and prompts that ask for something."""

from copygen.models import JsonValue, Message, Prompt, Source
from copygen.prompts.request import request_options
from copygen.providers.openai import ChatCompletions


def sent(prompt: Prompt) -> dict[str, JsonValue]:
    """Everything in the body of its request beside model and messages."""
    body = ChatCompletions("http://127.0.0.1").body(prompt)
    return {name: value for name, value in body.items() if name not in ("model", "messages")}


def asking(
    params: dict[str, JsonValue],
    *messages: Message,
    model: str = "m",
    source: Source = Source("prompts.yaml", 1),  # noqa: B008 - frozen
) -> Prompt:
    """A prompt with these parameters, as a prompt file would give them."""
    options = request_options({}, params)
    return Prompt(
        id="p1",
        key="k1",
        messages=messages,
        model=model,
        params=options.params,
        input={},
        source=source,
        max_output_tokens=options.max_output_tokens,
        cap_names=options.cap_names,
        delivery=options.delivery,
    )
