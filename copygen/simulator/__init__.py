"""A provider without a provider: an HTTP server on loopback that speaks the OpenAI wire format.

It lets a newcomer see a whole run without a key, and tests see every fault a provider can show.
Nothing it says comes from a model, and everything it says is labelled so.
"""

from copygen.simulator.profile import RetryAfter, SimulatedFault, SimulatorProfile
from copygen.simulator.server import simulator

__all__ = ["RetryAfter", "SimulatedFault", "SimulatorProfile", "simulator"]
