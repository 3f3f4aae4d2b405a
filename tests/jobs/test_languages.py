"""What a plan, the summary of a run and a check say of the languages of all texts."""

import asyncio
from pathlib import Path

import orjson

from copygen import CheckJob, CheckSpec, Run, RunSpec
from copygen.jobs.plan import PlanJob

PROMPTS = """
provider: simulator
prompt: "Write a headline for {{ name }} in {{ language }}"
items: items.csv
max_tokens: 60
checks: {language_from: language}
"""
ITEMS = "id,name,language\na,Silk scarf,German\nb,Silk tie,ckb\nc,Silk bag,Germn\nd,Silk hat,ckb\n"
NOTES = (
    "no detector knows Central Kurdish (ckb): only its script is checked",
    "no language is known as 'Germn' (did you mean 'German'?): in 1 row nothing is checked by "
    "language",
)


def spec_in(folder: Path) -> RunSpec:
    (folder / "ad.yaml").write_text(PROMPTS, encoding="utf-8")
    (folder / "items.csv").write_text(ITEMS, encoding="utf-8")
    return RunSpec(prompts=folder / "ad.yaml", output=folder / "ad.jsonl")


def test_a_plan_tells_what_languages_cannot_be_judged(tmp_path: Path) -> None:
    notes = PlanJob(spec_in(tmp_path)).study().notes
    assert [note for note in notes if note in NOTES] == list(NOTES)


def test_the_column_of_the_language_is_found_with_blanks_around_its_name(tmp_path: Path) -> None:
    spec = spec_in(tmp_path)
    blank = PROMPTS.replace("language_from: language", 'language_from: " language "')
    (tmp_path / "ad.yaml").write_text(blank, encoding="utf-8")
    assert set(NOTES) <= set(PlanJob(spec).study().notes)


def test_the_summary_of_a_run_tells_it_once(tmp_path: Path) -> None:
    async def quality() -> object:
        async with Run(spec_in(tmp_path)) as run:
            async for _ in run:
                pass
        return run.summary.quality

    found = asyncio.run(quality())
    assert getattr(found, "language_notes", ()) == NOTES


def test_a_check_judges_the_columns_of_a_row_together_and_tells_the_rest(tmp_path: Path) -> None:
    table = tmp_path / "ads.csv"
    rows = [
        "a,fr,Documentation,Model groups",
        "b,ckb,ئاوریشمی نەرم,ئاوریشم",
        "c,fr,Documentation interne,",
    ]
    table.write_text("\n".join(["id,language,headline,body", *rows]), encoding="utf-8")
    job = CheckJob(CheckSpec(file=table, columns=("headline", "body"), language_from="language"))
    found = {
        finding.item_id: [one.rule for one in finding.violations] for finding in job
        if finding.violations
    }  # fmt: skip
    assert found == {"a": ["language.other"]}
    assert job.languages == NOTES[:1]


def test_a_check_tells_a_column_that_may_be_in_english(tmp_path: Path) -> None:
    table = tmp_path / "ads.jsonl"
    slips = ["Recent actions", "Model documentation", "session data", "action flag"]
    right = ["Une soie douce", "Un foulard léger", "Pour les soirées", "Le soir en terrasse"]
    rows = [{"id": str(at), "headline": text} for at, text in enumerate([*slips, *right, *right])]
    table.write_bytes(b"\n".join(map(orjson.dumps, rows)))
    job = CheckJob(CheckSpec(file=table, columns=("headline",), language="fr"))
    said = [one.rule for finding in job for one in finding.violations]
    (sentence,) = job.languages
    assert not [rule for rule in said if rule.startswith("language")]
    assert sentence.endswith("of 12 French headlines may be English")
