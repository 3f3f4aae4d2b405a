"""Mistakes that people make, and the one sentence that each is answered with (section 8)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.field.case import Cases
from tests.support.inside import copygen

CASES = Cases()

AD = "prompt: 'Sell {{ name }}'\n"
TABLE = "sku,name,price\nTX-1,Scarf,250\n"


@dataclass(frozen=True)
class Mistake:
    """A command line over some files, and what of its answer has to be there."""

    number: str
    args: str
    says: tuple[str, ...]
    files: Mapping[str, str | bytes] = field(default_factory=dict)
    code: int = 2
    stdin: bytes = b""


def prompts(number: str, text: str, *says: str) -> Mistake:
    """A slip in a prompt file."""
    return Mistake(number, "plan q.yaml -p simulator", says, {"q.yaml": text})


MISTAKES = (
    prompts("8:28", "prompt: {{ name }} is nice\n", "q.yaml:1:10", "put it in quotes"),
    prompts("8:28b", "- {{ name }} x\n- b\n", "begins with '{{'", "put it in quotes"),
    prompts("8:27", "prompt: a\n\titems: t.csv\n", "q.yaml:2:1", "indented with a tab"),
    Mistake(
        "8:59",
        "plan t.csv -t w.yaml -p simulator",
        ('{{ row["Product Name"] }}',),
        {"t.csv": "Product Name\nScarf\n", "w.yaml": "prompt: '{{ Product Name }}'\n"},
    ),
    Mistake(
        "8:60",
        "plan t.csv -t w.yaml -p simulator",
        ('{{ row["product-name"] }}',),
        {"t.csv": "product-name\nScarf\n", "w.yaml": "prompt: '{{ product-name }}'\n"},
    ),
    Mistake(
        "8:21",
        "plan t.csv -t w.yaml -p simulator",
        ("w.yaml:1:9", "{% if %} is never ended; add {% endif %}"),
        {"w.yaml": "prompt: '{% if name %}x'\n"},
    ),
    Mistake(
        "8:23",
        "plan t.csv -t w.yaml -p simulator",
        ("template w.yaml:1", "| float or | int makes a number of it"),
        {"w.yaml": "prompt: '{{ price * 1.1 }}'\n"},
    ),
    Mistake(
        "8:23b",
        "plan t.csv -t w.yaml -p simulator",
        ("there is no filter 'uper'; did you mean 'upper'?",),
        {"w.yaml": "prompt: '{{ name | uper }}'\n"},
    ),
    prompts("8:36", "prompt: x\nchecks: {}\non_violation: rejct\n", "did you mean 'reject'?"),
    prompts("8:17", "prompt: x\nparams: {max_tokens: many}\n", "'max_tokens'", "a whole number"),
    Mistake("8:86", "plan p.yaml -O breaker.cooldown_s=soon", ("--option", "should be a number")),
    Mistake("8:98", "plan p.yaml -O concurrency=lots", ("should be a whole number or auto",)),
    Mistake("8:70", "run p.yaml --base-url x.test/v1", ("--base-url must begin with https://",)),
    Mistake("8:71", "run p.yaml --base-url ftp://x/v1", ("--base-url must begin with https://",)),
    Mistake(
        "8:126",
        "check t.csv --text name --language klingon",
        ("error: --language names no language that is known here: 'klingon'.",),
    ),
    Mistake("8:94", "run p.yaml --retry faild", ("did you mean 'failed'?",)),
    Mistake("8:129", "check t.csv --text name --format jsn", ("did you mean 'json'?",)),
    Mistake("8:137", "check t.csv --text name --unit chars", ("--unit should be one of",)),
    Mistake("8:146", "channels gogle_ads", ("did you mean 'google_ads'?",)),
    Mistake(
        "8:32",
        "run q.yaml",
        ("q.yaml:2:1: there is no provider 'opnai'; did you mean 'openai'?",),
        {"q.yaml": "prompt: x\nprovider: opnai\n"},
    ),
    prompts(
        "8:37",
        "prompt: x\nchecks:\n  packs: [gogle_ads]\n",
        "q.yaml:3:11: there is no pack 'gogle_ads'; did you mean 'google_ads'?",
    ),
    prompts("8:37b", "prompt: x\nchecks: {packs: [./house.yaml]}\n", "q.yaml:2:18", "house.yaml"),
    Mistake("8:8", "run products.csv product-ad.yaml", ("--template product-ad.yaml?",)),
    Mistake("8:102", "run p.yaml --temperature 0.4", ("params: {temperature: 0.4}",)),
    Mistake("8:102b", "run p.yaml --param temperature=0.4", ("params: {temperature: 0.4}",)),
    Mistake("8:103", "run p.yaml --dry-run", ("copygen plan shows what a run would send",)),
    Mistake("8:104", "run p.yaml -v", ("--debug",)),
    Mistake("8:105", "run p.yaml -n 3", ("--limit N",)),
    Mistake("8:10", "generate", ("did you mean 'copygen run'?",)),
    Mistake("8:12", "translate", ("there are: init, doctor, models",)),
    Mistake("8:13", "help", (), code=0),
    Mistake("8:14", "help run", (), code=0),
    Mistake("8:reasks", "plan p.yaml -O reasks=0", ("a key of the prompt file",)),
    Mistake("8:5", "run p.yaml --modle x", ("error: ", "did you mean --model?")),
    Mistake("8:77", "run p.yaml --limit x", ("--limit takes a whole number of at least 1",)),
    Mistake(
        "8:41",
        "run n.csv -t ad.yaml -p simulator",
        ("is the first line of the table a row? It should name the columns",),
        {"n.csv": "TX-1,Scarf,250\nTX-2,Mug,12\n"},
    ),
    Mistake("8:49", "run a.xlsx -p simulator", ("save the sheet as CSV UTF-8",), {"a.xlsx": "x"}),
    Mistake("8:57", "run a.json -p simulator", ("there are no items in it",), {"a.json": "[]"}),
    Mistake("8:61", "run p.yaml", ("HOLYSHEEP_API_KEY is not set", "--provider simulator")),
    Mistake("8:74", "run p.yaml -p anthropic", ("-p openrouter -m anthropic/NAME",)),
    Mistake(
        "8:117",
        "check t.csv --channel nam=google_ads.headline",
        ("no column 'nam'", "did you mean 'name'?"),
    ),
    Mistake("8:134", "check ad.yaml", ("'ad.yaml' is YAML", "--checks ad.yaml")),
    Mistake("8:106", "run - -t ad.yaml -p simulator -o o.jsonl", (), code=0),
    Mistake(
        "8:106b", "run - -t ad.yaml -p simulator -o o.jsonl", (), code=0, stdin=b"name,price\n"
    ),
    Mistake(
        "8:106c",
        "run - -t ad.yaml -p simulator -o o.jsonl",
        ("this is a YAML prompt file; name the file",),
        stdin=b"prompt: x\n",
    ),
    Mistake(
        "8:99",
        "plan p.yaml -p mine --config c.yaml",
        ("c.yaml:2:3", "'default_model' and 'base_url' are required"),
        {"c.yaml": "providers:\n  mine: {}\n"},
    ),
    Mistake("8:p", "run p.yaml --provider=", ("--provider is empty",)),
    Mistake("8:m", "run p.yaml --model=", ("--model is empty",)),
    Mistake("8:language", "check t.csv --text name --language=", ("--language is empty",)),
)
"""`8:n` is the number of the report, where it has one; others are of the same kind."""


def said(mistake: Mistake, folder: Path) -> str:
    """`said` when the answer is one line that has all it should; else the answer."""
    files = {"p.yaml": "- hello\n", "ad.yaml": AD, "t.csv": TABLE, **mistake.files}
    for name, content in files.items():
        data = content if isinstance(content, bytes) else content.encode()
        (folder / name).write_bytes(data)
    done = copygen(*mistake.args.split(), cwd=folder, stdin=mistake.stdin)
    errors = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    right = done.returncode == mistake.code and all(word in done.stderr for word in mistake.says)
    one_line = mistake.code == 0 or len(errors) == 1
    return "said" if right and one_line else f"{done.returncode} {done.stderr.strip()}"


def _register(mistake: Mistake) -> None:
    def run(folder: Path) -> str:
        return said(mistake, folder)

    run.__name__ = mistake.args.replace(" ", "_")
    CASES.case(mistake.number, "said")(run)


for _mistake in MISTAKES:
    _register(_mistake)
