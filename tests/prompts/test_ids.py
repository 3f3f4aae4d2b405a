import json
import random
from array import array
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from copygen.models import Source
from copygen.prompts import open_prompts
from copygen.prompts.rows import Row, StreamIds, canonical, content_id, repeated_hashes
from tests.support.prompt_files import TARGET, prompts_of, write


def ids(folder: Path, items: list[dict[str, object]]) -> list[str]:
    write(folder, {"t.jsonl": "".join(json.dumps(item) + "\n" for item in items)})
    return [prompt.id for prompt in prompts_of(open_prompts(str(folder / "t.jsonl")))]


def test_content_ids_do_not_change_when_rows_move_or_come_between(tmp_path: Path) -> None:
    items: list[dict[str, object]] = [{"prompt": f"text {number}"} for number in range(50)]
    before = dict(zip(map(json.dumps, items), ids(tmp_path, items), strict=True))
    shuffled = items + [{"prompt": f"new {number}"} for number in range(10)]
    random.Random(7).shuffle(shuffled)
    after = dict(zip(map(json.dumps, shuffled), ids(tmp_path, shuffled), strict=True))
    assert before.items() <= after.items()


def test_a_content_id_is_twelve_hex_digits_of_the_columns_in_any_order(tmp_path: Path) -> None:
    one, two = ids(tmp_path, [{"prompt": "x", "a": 1}]), ids(tmp_path, [{"a": 1, "prompt": "x"}])
    assert one == two
    assert len(one[0]) == 13
    assert one[0].startswith("r")  # so that no spreadsheet takes it for a number
    int(one[0][1:], 16)


def test_identical_rows_are_numbered_by_position(tmp_path: Path) -> None:
    same: dict[str, object] = {"prompt": "same"}
    base = content_id(same)
    made = ids(tmp_path, [same, {"prompt": "other"}, same, same])
    assert [made[0], made[2], made[3]] == [base, f"{base}-2", f"{base}-3"]


def test_parameters_tell_otherwise_identical_rows_apart(tmp_path: Path) -> None:
    made = ids(tmp_path, [{"prompt": "x", "params": {"seed": 1}}, {"prompt": "x"}])
    assert made[0] != made[1]


def test_own_ids_stand_as_they_are(tmp_path: Path) -> None:
    items: list[dict[str, object]] = [{"prompt": "x", "id": name} for name in (7, "ผ้า/1", " a ")]
    assert ids(tmp_path, items) == ["7", "ผ้า/1", " a "]


def test_only_the_identical_rows_are_remembered_by_name(tmp_path: Path) -> None:
    lines = "".join(f'{{"prompt": "text {number // 2}"}}\n' for number in range(4)) + "".join(
        f'{{"prompt": "single {number}"}}\n' for number in range(500)
    )
    write(tmp_path, {"t.jsonl": lines})
    source = open_prompts(str(tmp_path / "t.jsonl"))
    source.check(TARGET)
    made = [prompt.id for prompt in prompts_of(source)]
    assert len(set(made)) == 504
    assert [name for name in made if "-" in name] == [f"{made[0]}-2", f"{made[2]}-2"]


@given(st.lists(st.text(max_size=3), max_size=50))
def test_repeated_hashes_are_those_of_repeated_ids(names: list[str]) -> None:
    hashes = array("q", map(hash, names))
    assert repeated_hashes(hashes) == {hash(name) for name in names if names.count(name) > 1}


@given(st.lists(st.sampled_from(["a", "b", "line-1", "line-1-2", None]), max_size=30))
def test_a_stream_never_gives_an_id_twice(own_ids: list[str | None]) -> None:
    ids = StreamIds()
    given_out: list[str] = []
    for number, own_id in enumerate(own_ids):
        row = Row({}, Source("s", 1), {"n": number // 3}, own_id)
        item_id = ids.id_of(row)
        given_out.append(ids.id_of_fault(None, 1) if item_id is None else item_id)
    assert len(set(given_out)) == len(given_out)


def test_what_strict_json_cannot_hold_still_has_one_canonical_form() -> None:
    assert canonical({"b": "\ud800", "a": 2**70}) == canonical({"a": 2**70, "b": "\ud800"})
    assert canonical({"a": "\ud800"}) != canonical({"a": "\ud801"})
