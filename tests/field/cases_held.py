"""What was right when the field was first tried, and has to stay so."""

import gzip
import json
from pathlib import Path

from tests.field.case import Cases
from tests.field.cases_tables import got
from tests.field.cases_wire import always, run, text_of
from tests.support.inside import copygen
from tests.support.raw_server import completion, http

CASES = Cases()
case = CASES.case

ONE = "exit 0, 1 ok, 1 asked"


@case("1:20", "می‌خواهم 👨‍👩‍👧")
def joiners_that_spell_something(folder: Path) -> str:
    return got(folder, "name\nمی‌خواهم 👨‍👩‍👧\n", "prompt: '{{ name }}'\n")


@case("1:38", f"{ONE}: Silk.")
def keep_alive_lines_before_the_json(folder: Path) -> str:
    return text_of(folder, ": OPENROUTER PROCESSING\n\n\n" + completion("Silk."))


@case("1:46", "exit 0, 1 ok, 1 asked")
def half_of_a_surrogate_pair(folder: Path) -> str:
    body = completion("Silk X").replace("X", "\\ud83d")
    return run(folder, always(http(body)))[0]


@case("1:47", f"{ONE}: Silk.")
def numbers_and_marks_that_strict_json_has_not(folder: Path) -> str:
    return text_of(
        folder, "\ufeff" + completion("Silk.").replace("{", '{"x":NaN,"created":"now",', 1)
    )


@case("1:49", "exit 3, 1 failed, 1 asked: raise max_tokens")
def all_tokens_used_for_reasoning(folder: Path) -> str:
    message = {"role": "assistant", "content": None, "reasoning_content": "hm"}
    came, [record], _ = run(
        folder, always(http(completion(message=message, finish_reason="length")))
    )
    return came + ": raise max_tokens" * ("raise max_tokens" in json.dumps(record["error"]))


@case("1:50", f"{ONE}: Silk.")
def thinking_parts_beside_text(folder: Path) -> str:
    parts = [{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "Silk."}]
    return text_of(folder, completion(message={"role": "assistant", "content": parts}))


@case("1:53", f"{ONE}: Silk.")
def an_empty_error_beside_choices(folder: Path) -> str:
    return text_of(folder, completion("Silk.").replace("{", '{"error":{},', 1))


@case("1:55", "exit 7, 0 records")
def no_credit_in_english(folder: Path) -> str:
    body = '{"error":{"code":"1113","message":"Insufficient balance or no resource package"}}'
    return run(folder, always(http(body, 429)), "-c", "2", rows=9)[0].rsplit(", ", 1)[0]


@case("1:67", "exit 0, 1 ok, 2 asked, max_completion_tokens sent")
def a_cap_by_its_other_name(folder: Path) -> str:
    asked: list[dict[str, object]] = []
    error = (
        '{"error":{"message":"Unsupported parameter: \'max_tokens\' is not supported with this '
        'model. Use \'max_completion_tokens\' instead.","param":"max_tokens",'
        '"code":"unsupported_parameter"}}'
    )

    def answer(request: object) -> bytes:
        body = request.body  # type: ignore[attr-defined]
        asked.append(body)
        return http(error, 400) if "max_tokens" in body else http(completion("Silk."))

    came = run(folder, answer, max_tokens=50)[0]
    return came + ", max_completion_tokens sent" * ("max_completion_tokens" in asked[-1])


@case("1:72", f"{ONE}: Silk.")
def gzip_with_zeros_behind_it(folder: Path) -> str:
    packed = gzip.compress(completion("Silk.").encode()) + b"\0" * 8
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n"
    came, [record], _ = run(folder, always(head % len(packed) + packed))
    return f"{came}: {record['text']}"


@case("1:79", "cut off")
def chunks_without_the_last_one(folder: Path) -> str:
    body = completion("Silk.").encode()
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    sent = [head + b"%x\r\n%s\r\n" % (len(body), body)]
    _, [record], _ = run(
        folder,
        lambda asked: sent[0] if asked.on_connection == 0 else None,
        *("-O", "retry.max_attempts=1"),
        *("--timeout", "1"),
    )
    return "cut off" if record["status"] == "failed" else str(record)


@case("1:93", "8 8 2")
def an_output_that_is_no_place_for_results(folder: Path) -> str:
    (folder / "p.yaml").write_text("- hello\n", encoding="utf-8")
    (folder / "notes").write_text("mine\n", encoding="utf-8")
    ended = [
        copygen("run", "p.yaml", "-p", "simulator", "-o", name, cwd=folder).returncode
        for name in (".", "notes", "p.yaml")
    ]
    kept = (folder / "notes").read_text(encoding="utf-8") == "mine\n"
    return " ".join(map(str, ended)) if kept else "overwritten"


@case("1:95", "nothing to do")
def results_in_another_shape(folder: Path) -> str:
    (folder / "p.yaml").write_text("- hello\n- world\n- silk\n", encoding="utf-8")
    args = ("run", "p.yaml", "-p", "simulator", "-o", "r.jsonl")
    copygen(*args, cwd=folder)
    path = folder / "r.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines()[::-1]
    path.write_bytes("\r\n\r\n".join(lines).encode())
    done = copygen(*args, cwd=folder)
    return "nothing to do" if "nothing to do" in done.stderr else done.stderr


@case("1:101", "2 2 2")
def keys_that_cannot_be_sent(folder: Path) -> str:
    (folder / "p.yaml").write_text("- hello\n", encoding="utf-8")
    ended = [
        copygen("run", "p.yaml", "-p", "openai", cwd=folder, env={"OPENAI_API_KEY": key}).returncode
        for key in ("", "two words", "“smart”")
    ]
    return " ".join(map(str, ended))


@case("1:103", "0")
def blanks_and_umlauts_in_paths(folder: Path) -> str:
    (folder / "Größe ü.yaml").write_text("- hello\n", encoding="utf-8")
    return str(copygen("run", "Größe ü.yaml", "-p", "simulator", "-q", cwd=folder).returncode)


@case("6:D4", "1")
def a_column_with_brackets(folder: Path) -> str:
    template = "prompt: '{{ row[\"Body (HTML)\"] }}'\n"
    return got(folder, "Title,Body (HTML)\nA,1\n", template)


@case("6:D10", "exit 7, 0 records")
def a_page_under_an_unusual_status(folder: Path) -> str:
    page = "<html><title>Hello</title></html>"
    return run(folder, always(http(page, 418)), "-c", "2", rows=9)[0].rsplit(", ", 1)[0]
