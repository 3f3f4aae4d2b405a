"""`python -m tests.growth [--all]`: a line for each pattern and text whose time is not linear."""

import sys

from tests.growth.attacks import attacks_on
from tests.growth.clock import growth
from tests.growth.patterns import all_patterns


def main() -> None:
    pairs = "--all" in sys.argv
    only = [word for word in sys.argv[1:] if not word.startswith("-")]
    count = tried = 0
    for found in all_patterns():
        if only and not any(word in found.name for word in only):
            continue
        count += 1
        worst: tuple[float, str] | None = None
        for attack in attacks_on(found.pattern, found.flags, pairs=pairs):
            tried += 1
            seen = growth(found.run, attack.text)
            if not seen.is_linear and (worst is None or max(seen.ms.values()) > worst[0]):
                worst = max(seen.ms.values()), f"{attack}  {seen}"
                if not pairs:
                    break
        if worst:
            sys.stdout.write(f"{found.name}\t{worst[1]}\n")
    sys.stdout.write(f"{count} patterns, {tried} texts\n")


if __name__ == "__main__":
    main()
