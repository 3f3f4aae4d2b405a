"""The languages the simulator writes, by ISO 639-1 code."""

from collections.abc import Mapping
from types import MappingProxyType

from copygen.providers.simulator.language import Language
from copygen.providers.simulator.languages.chinese import CHINESE
from copygen.providers.simulator.languages.english import ENGLISH
from copygen.providers.simulator.languages.japanese import JAPANESE
from copygen.providers.simulator.languages.korean import KOREAN
from copygen.providers.simulator.languages.malay import MALAY
from copygen.providers.simulator.languages.thai import THAI

LANGUAGES: Mapping[str, Language] = MappingProxyType(
    {
        "en": ENGLISH,
        "ja": JAPANESE,
        "th": THAI,
        "ms": MALAY,
        "zh": CHINESE,
        "ko": KOREAN,
    }
)
