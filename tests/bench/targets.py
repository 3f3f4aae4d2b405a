"""What is demanded, as data. The groups: 0 the suite itself, 1 CPU, 2 rate, 3 memory, 4 start-up,
5 pacing, 6 checks. Everything copygen does is on: rendering, limiter, breaker, ledger, statistics,
display.

Two were demanded without a figure and got one here: `1.collapse` and `3.growth` ("flat").
"""

from tests.bench.figures import Sign, Target
from tests.bench.pacing import cases

AT_MOST, AT_LEAST = Sign.AT_MOST, Sign.AT_LEAST


def _pacing() -> list[Target]:
    targets = []
    for told, how, longest, most_refused in (
        (True, "told", 1.03, 0.5),
        (False, "untold", 1.10, 3.0),
    ):
        words = "told" if told else "not told"
        for case in cases(told=told):
            key, what = f"5.{case.key}-{how}", f"{case.title}, {words}"
            targets += [
                Target(f"{key}-time", f"{what}: time", AT_MOST, longest, "× ideal"),
                Target(f"{key}-refused", f"{what}: refused", AT_MOST, most_refused, "%"),
            ]
    return targets


TARGETS = (
    Target("0.headroom-100", "wrk : fastest client, at 100", AT_LEAST, 2.0, "×"),
    Target("0.headroom-1000", "wrk : fastest client, at 1000", AT_LEAST, 2.0, "×"),
    Target("1.cpu-100", "CPU per prompt at 100", AT_MOST, 1.0, "× bare aiohttp"),
    Target("1.cpu-1000", "CPU per prompt at 1000", AT_MOST, 1.0, "× bare aiohttp"),
    Target("1.collapse", "CPU per prompt at 2000 (no collapse)", AT_MOST, 1.5, "× that at 1000"),
    Target("1.httpx-100", "CPU of httpx.AsyncClient at 100", AT_LEAST, 10.0, "× copygen"),
    Target("2.ideal-100", "rate at 100, 40 ms replies", AT_LEAST, 0.93, "of ideal"),
    Target("2.bare-500", "rate at 500, 40 ms replies", AT_LEAST, 0.90, "× bare aiohttp"),
    Target("3.peak", "peak memory of 1 000 000 prompts", AT_MOST, 200.0, "MB"),
    Target("3.growth", "growth after the first tenth of them", AT_MOST, 20.0, "MB"),
    Target("3.resume-peak", "peak memory of taking them up again", AT_MOST, 200.0, "MB"),
    Target("3.resume-time", "time of taking them up again", AT_MOST, 30.0, "s"),
    Target("3.tables", "peak memory of a table of 1 000 000 rows", AT_MOST, 200.0, "MB"),
    Target("4.heavy--version", "heavy packages that --version imports", AT_MOST, 0.0),
    Target("4.heavy--help", "heavy packages that --help imports", AT_MOST, 0.0),
    Target("4.first-request", "first request after the start", AT_MOST, 0.4, "s"),
    Target("4.start-cpu", "CPU of a run of one prompt", AT_MOST, 2.0, "× import typer, aiohttp"),
    *_pacing(),
    Target("5.lost", "rows lost in all of these", AT_MOST, 0.0),
    Target("6.checks", "default checks of a short text, dearest language", AT_MOST, 60.0, "µs"),
    Target("6.checks-28", "a run, all checks, 28 characters, dearest", AT_MOST, 2.0, "× no checks"),
    Target("6.checks-800", "the same, 800 characters", AT_MOST, 4.0, "× no checks"),
    Target("6.sameness", "sameness index at 1 000 000 texts", AT_MOST, 150.0, "MB"),
)
