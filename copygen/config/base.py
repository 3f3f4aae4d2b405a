"""What all settings have in common."""

import pydantic


class Settled(pydantic.BaseModel):
    """Base of all settings: frozen, and an unknown key is an error.

    What was given stays out of pydantic's messages: it may be a key in the wrong place.
    """

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
