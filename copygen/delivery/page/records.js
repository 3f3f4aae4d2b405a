// The records of the run: read line by line, so that the first are on the screen before the last
// has come, and what can be said of each.

import { byId, Signal } from "./dom.js";

export const STATES = ["draft", "approved", "edited", "rejected", "locked", "stale", "orphan"];
const KEPT = new Set(["approved", "edited", "locked"]);
const URGENCY = ["stale", "rejected", "draft", "edited", "approved", "locked"];
const FIRST_LINES = 100;
const LINES_AT_ONCE = 2000;
const MOST_AXIS_VALUES = 60; // of an axis: what differs in every row is a fact, and no axis
const RECORDS_TRIED = 5000;
const FILE_NAMES = ["A", "B"];

/** The text in force. */
export function inForce(text) {
  return text.t ?? text.m;
}

/** What became of a text; what was decided before its item changed is stale. */
export function stateOf(text) {
  const state = text.s ?? "draft";
  return text.stale !== undefined && KEPT.has(state) ? "stale" : state;
}

export function isDecided(text) {
  const state = stateOf(text);
  return state !== "draft" && state !== "stale";
}

/** What became of a record: what is most urgent of its texts. */
export function recordState(record) {
  if (record.orphan) return "orphan";
  const states = new Set(record.texts.map(stateOf));
  return URGENCY.find((state) => states.has(state)) ?? "draft";
}

export function labelOf(text) {
  const name = (text.f ?? "text").replaceAll("_", " ");
  return text.i === undefined ? name : `${name} ${text.i + 1}`;
}

/** What a text is called among those of its record: in ids and marks of the page. */
export function placeOf(text) {
  return `${text.f ?? ""}-${text.i ?? ""}`;
}

export function violationsOf(record) {
  return [...(record.v ?? []), ...record.texts.flatMap((text) => text.v ?? [])];
}

export function breaksRule(record) {
  return violationsOf(record).some((one) => one.sev === "error");
}

/** Where it came from within the table: what all cells and variants of one row share. */
function baseOf(record) {
  return `${record.k}\n${record.row ?? record.id.split("/")[0]}`;
}

function variantOf(record) {
  return /\/(\d+)$/.exec(record.id)?.[1] ?? "1";
}

export class Records {
  constructor(setup) {
    this.setup = setup;
    this.all = [];
    this.axes = new Set();
    this.hasVariants = false;
    this.grown = new Signal();
    this.isComplete = false;
    this.failure = null;
    this.texts = 0;
    this.decided = 0;
    this.#byId = new Map();
    this.#firstOfBase = new Map();
    this.#specs = setup.files.map((file) => new Map(file.fields.map((field) => [field.name ?? "", field])));
  }
  #byId;
  #firstOfBase;
  #specs;
  #channels = new Map();

  /** The record of that file and id. */
  find(file, id) {
    return this.#byId.get(`${file}\n${id}`);
  }

  /** What its channel says of a text: limit, unit, name. */
  spec(record, text) {
    return this.#specs[record.k]?.get(text.f ?? "");
  }

  /** The channels of its texts; most records have the same fields, and share the answer. */
  channelsOf(record) {
    let fields = String(record.k);
    let last;
    for (const text of record.texts) if (text.f !== last) fields += `\n${(last = text.f)}`;
    let channels = this.#channels.get(fields);
    if (channels === undefined) {
      const named = record.texts.map((text) => this.spec(record, text)?.channel).filter(Boolean);
      channels = [...new Set(named.map((name) => name.split(".")[0]))];
      this.#channels.set(fields, channels);
    }
    return channels;
  }

  fileName(record) {
    const { files } = this.setup;
    return files.length > 1 ? `${FILE_NAMES[record.k]}: ${files[record.k].name}` : files[0].name;
  }

  /** Reads them all; `grown` tells of every piece. */
  async load() {
    try {
      for await (const lines of this.setup.mode === "server" ? streamedLines() : embeddedLines()) {
        for (const line of lines) if (line) this.#take(JSON.parse(line));
        this.grown.tell();
      }
    } catch (error) {
      this.failure = String(error.message ?? error);
    }
    this.isComplete = true;
    this.#pruneAxes();
    this.grown.tell();
  }

  #take(record) {
    if (record.failed !== undefined) throw new Error(record.failed);
    if (record.left !== undefined) {
      // the last line says how many there are beside these
      this.setup.left = record.left;
      return;
    }
    record.k ??= 0;
    record.n = this.all.length;
    this.all.push(record);
    this.#byId.set(`${record.k}\n${record.id}`, record);
    this.texts += record.texts.length;
    for (const text of record.texts) if (isDecided(text)) this.decided += 1;
    this.#learnAxes(record);
  }

  /** Variables that differ between the records of one row are the axes of the matrix. */
  #learnAxes(record) {
    const base = baseOf(record);
    const first = this.#firstOfBase.get(base);
    if (first === undefined) {
      this.#firstOfBase.set(base, record);
      return;
    }
    let differs = false;
    for (const name in record.item) {
      const value = record.item[name];
      if (value !== first.item[name] && typeof value !== "object" && name in first.item) {
        this.axes.add(name);
        differs = true;
      }
    }
    if (!differs && record.model === first.model && variantOf(record) !== variantOf(first))
      this.hasVariants = true;
  }

  #pruneAxes() {
    for (const name of this.axes) {
      const values = new Set();
      for (const record of this.all) {
        values.add(record.item[name]);
        if (values.size > MOST_AXIS_VALUES) break;
      }
      if (values.size > MOST_AXIS_VALUES || values.size === this.all.length) this.axes.delete(name);
    }
  }

  /** Whether an axis says the language, so that it need not be said twice. */
  get languageAxis() {
    return [...this.axes].find((name) => /^(language|lang|locale)$/i.test(name)) ?? null;
  }

  /** By what records can stand side by side: what leaves two of them in one row. */
  sides() {
    const { files } = this.setup;
    const sides = [...this.axes].map((name) => [`cell:${name}`, name]);
    if (!this.axes.has("model")) sides.push(["model", "model"]);
    if (this.hasVariants) sides.push(["variant", "variant"]);
    const some = this.all.slice(0, RECORDS_TRIED);
    const useful = sides.filter(([side]) =>
      this.groups(some, side).rows.some((row) => row.filter(Boolean).length > 1),
    );
    return files.length > 1 ? [["file", "results file"], ...useful] : useful;
  }

  /** The same text of the same record in the other results file, where it says something else. */
  otherOf(record, text) {
    if (this.setup.files.length < 2) return null;
    const other = this.find(1 - record.k, record.id);
    const found = other?.texts.find((one) => one.f === text.f && one.i === text.i);
    return found && inForce(found) !== inForce(text)
      ? { name: this.fileName(other), text: inForce(found) }
      : null;
  }

  /** The column of a record, side by side by `side`. */
  sideOf(record, side) {
    if (side === "file") return this.fileName(record);
    if (side === "model") return record.model;
    if (side === "variant") return variantOf(record);
    return String(record.item[side.slice(5)] ?? "");
  }

  /** The records of `shown` in rows of those that differ by `side` only; and the columns' names. */
  groups(shown, side) {
    const groups = new Map();
    const columns = new Set();
    for (const record of shown) {
      const values = [...this.axes]
        .filter((name) => side !== `cell:${name}`)
        .map((name) => record.item[name]);
      const parts = side === "file" ? [record.id] : [baseOf(record), ...values];
      const column = this.sideOf(record, side);
      columns.add(column);
      let key = JSON.stringify(parts);
      // Where its place is taken, by another variant for one, it begins a further row.
      for (let more = 1; groups.get(key)?.has(column); more += 1) key = JSON.stringify([...parts, more]);
      const group = groups.get(key);
      if (group === undefined) groups.set(key, new Map([[column, record]]));
      else group.set(column, record);
    }
    const names = [...columns];
    return {
      columns: names,
      rows: [...groups.values()].map((group) => names.map((name) => group.get(name) ?? null)),
    };
  }
}

async function* streamedLines() {
  const answer = await fetch("api/records");
  if (!answer.ok || !answer.body) throw new Error(`the server answered ${answer.status}`);
  yield* linesOf(answer.body);
}

async function* embeddedLines() {
  const block = byId("data");
  if (block.dataset.packed === undefined) {
    const lines = block.textContent.split("\n");
    block.remove();
    for (let at = 0, to = FIRST_LINES; at < lines.length; at = to, to += LINES_AT_ONCE) {
      yield lines.slice(at, to);
      await breath();
    }
    return;
  }
  const packed = bytesOf(block.textContent.trim());
  block.remove();
  yield* linesOf(new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip")));
}

/** Lets the page draw and hear before the next piece. */
function breath() {
  return new Promise((done) => {
    setTimeout(done);
  });
}

async function* linesOf(stream) {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  let held = [];
  let enough = FIRST_LINES;
  for (;;) {
    const { value, done } = await reader.read();
    if (done) break;
    const lines = (rest + value).split("\n");
    rest = lines.pop();
    held = held.length ? held.concat(lines) : lines;
    if (held.length >= enough) {
      yield held;
      enough = LINES_AT_ONCE;
      held = [];
      await breath();
    }
  }
  yield [...held, rest];
}

function bytesOf(base64) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(base64);
  const step = 1 << 20;
  const bytes = new Uint8Array(Math.floor((base64.length * 3) / 4));
  let end = 0;
  for (let at = 0; at < base64.length; at += step) {
    const piece = atob(base64.slice(at, at + step));
    for (let i = 0; i < piece.length; i += 1) bytes[end + i] = piece.charCodeAt(i);
    end += piece.length;
  }
  return bytes.subarray(0, end);
}
