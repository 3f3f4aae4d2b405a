// What was decided: at once on the page, then kept by the server or, in a report, by the browser.
// "Saved" is only said of what the disk has.

import { Signal } from "./dom.js";
import { inForce, isDecided } from "./records.js";

const AT_ONCE = 1000; // decisions in one request: each request is one write and one fsync
const FIELDS = { state: "s", text: "t", reason: "why", comment: "note", by: "by", at: "when" };

/** What stands of a text, to be put back by undo. */
function standing(text) {
  return {
    state: text.s ?? "draft",
    text: text.t,
    reason: text.why,
    comment: text.note,
    by: text.by,
    at: text.when,
    stale: text.stale,
  };
}

function put(text, now) {
  for (const [name, short] of Object.entries(FIELDS)) {
    const value = now[name];
    if (value === undefined || value === null) delete text[short];
    else text[short] = value;
  }
  if (text.t === text.m) delete text.t;
  if (text.s === "draft") delete text.s;
  if (now.stale === undefined) delete text.stale;
  else text.stale = now.stale;
}

/** The line of a decisions file for a text as it stands now. */
export function lineOf(record, text, by, at) {
  const state = text.s ?? "draft";
  const line = { id: record.id, key: record.key, field: text.f ?? null, index: text.i ?? null, state };
  if (state !== "draft") {
    line.text = inForce(text);
    if (text.t !== undefined) line.was = text.m;
  }
  if (text.why !== undefined) line.reason = text.why;
  if (text.note !== undefined) line.comment = text.note;
  return { ...line, by, at, via: "report" };
}

export class Decider {
  /** `keeper` saves: `save(changes)` resolves to the conflicts, `{record, text, now}` each. */
  constructor(records, keeper) {
    this.records = records;
    this.keeper = keeper;
    this.changed = new Signal();
    this.saving = new Signal();
    this.conflicted = new Signal();
    this.refused = new Signal();
    this.waiting = [];
    this.#underWay = new Set();
    this.failure = null;
    this.made = 0;
    this.#done = [];
    this.#undone = [];
    this.#isSaving = false;
  }
  #done;
  #undone;
  #isSaving;
  #underWay;

  get canUndo() {
    return this.#done.length > 0;
  }
  get canRedo() {
    return this.#undone.length > 0;
  }

  /** Decides about texts together: one step of undo. `change(text)` is what each becomes. */
  decide(targets, change, words) {
    const steps = targets.map(({ record, text }) => ({
      record,
      text,
      before: standing(text),
      after: { ...standing(text), stale: undefined, ...change(text) },
    }));
    if (!steps.length) return;
    this.#done.push({ steps, words });
    this.#undone = [];
    this.#carryOut(steps, "after");
  }

  /** Takes the last step back; its words, or null where there is none. */
  undo() {
    return this.#move(this.#done, this.#undone, "before");
  }
  redo() {
    return this.#move(this.#undone, this.#done, "after");
  }

  #move(from, to, which) {
    const step = from.pop();
    if (step === undefined) return null;
    to.push(step);
    this.#carryOut(step.steps, which);
    return step.words;
  }

  #carryOut(steps, which) {
    for (const { record, text, ...step } of steps) {
      this.waiting.push({ record, text, was: standing(text), mine: step[which] });
      this.#count(text, () => put(text, step[which]));
      this.#underWay.add(text);
    }
    this.made += steps.length;
    this.changed.tell(steps.map((step) => step.record));
    void this.save();
  }

  #count(text, change) {
    const before = isDecided(text);
    change();
    this.records.decided += Number(isDecided(text)) - Number(before);
  }

  /** Sends what waits, piece by piece; what fails waits on. */
  async save() {
    if (this.#isSaving) return;
    this.#isSaving = true;
    this.failure = null;
    try {
      while (this.waiting.length) {
        this.saving.tell();
        const piece = this.waiting.slice(0, AT_ONCE);
        // What is sent of a text is how it stands now, so once is enough however often it changed.
        const latest = new Map(piece.map((step) => [step.text, step]));
        const conflicts = await this.keeper
          .save([...latest.values()])
          .catch((error) => this.#refuse(piece, error));
        this.waiting.splice(0, piece.length);
        const theirs = new Set(conflicts.map((one) => one.text));
        this.waiting = this.waiting.filter((step) => !theirs.has(step.text));
        this.#underWay = new Set(this.waiting.map((step) => step.text));
        for (const one of conflicts) this.#count(one.text, () => put(one.text, one.now));
        if (conflicts.length) {
          this.changed.tell(conflicts.map((one) => one.record));
          this.conflicted.tell(conflicts);
        }
      }
    } catch (error) {
      this.failure = String(error.message ?? error);
    } finally {
      this.#isSaving = false;
      this.saving.tell();
    }
  }

  /** Takes back what the server will never take, so that it holds up nothing behind it. */
  #refuse(piece, error) {
    if (!error.isRefused) throw error;
    for (const { text, was } of piece.toReversed()) this.#count(text, () => put(text, was));
    this.changed.tell(piece.map((one) => one.record));
    this.refused.tell(error.message);
    return [];
  }

  /**
   * Takes in what somebody else decided; false while a decision of ours on the text is under way:
   * the server judges that one by what we had seen.
   */
  hear(record, text, now) {
    if (this.#underWay.has(text)) return false;
    this.#count(text, () => put(text, now));
    this.changed.tell([record]);
    return true;
  }
}

/** Keeps decisions on the server: appended to the file beside the results. */
export class ServerKeeper {
  constructor(records) {
    this.records = records;
  }

  async save(steps) {
    const decisions = steps.map(({ record, text }) => ({
      file: record.k,
      id: record.id,
      key: record.key,
      field: text.f ?? null,
      index: text.i ?? null,
      state: text.s ?? "draft",
      text: text.s === undefined ? null : inForce(text),
      was: text.m,
      reason: text.why ?? null,
      comment: text.note ?? null,
      version: text.ver ?? "",
    }));
    const answer = await post("api/decisions", { decisions });
    const conflicts = [];
    answer.results.forEach((result, at) => {
      const { record, text } = steps[at];
      text.ver = result.version;
      if (result.conflict) conflicts.push({ record, text, now: result.now, mine: steps[at].mine });
      else if (inStep(text, result.now)) Object.assign(text, { by: result.now.by, when: result.now.at });
    });
    return conflicts;
  }

  /** Hears of decisions made elsewhere: another tab, another program. */
  listen(decider, onState) {
    const source = new EventSource(`api/events?since=${this.records.setup.mark}`);
    source.addEventListener("open", () => {
      onState(true);
      if (decider.failure) void decider.save();
    });
    source.addEventListener("error", () => onState(false));
    source.addEventListener("decision", (event) => {
      const told = JSON.parse(event.data);
      const record = this.records.find(told.file, told.id);
      const text = record?.texts.find(
        (one) => (one.f ?? null) === told.field && (one.i ?? null) === told.index,
      );
      if (!text || text.ver === told.version) return;
      if (decider.hear(record, text, told.now)) text.ver = told.version;
    });
  }
}

function inStep(text, now) {
  return now && (text.s ?? "draft") === now.state;
}

/** Sends JSON to the server; an error with its words where it refuses. */
export async function post(address, body) {
  const answer = await fetch(address, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  const said = await answer.json().catch(() => ({}));
  if (answer.ok) return said;
  const error = new Error(said.error ?? `the server answered ${answer.status}`);
  error.isRefused = answer.status === 400;
  throw error;
}

/** Keeps the decisions of a report in this browser, until they are downloaded as a file. */
export class BrowserKeeper {
  constructor(records, by) {
    this.records = records;
    this.by = by;
    this.#lines = new Map();
    this.#fresh = new Set();
    this.#store = opened(`copygen ${records.setup.run}`);
  }
  #lines;
  #fresh;
  #store;

  /** Decisions that no downloaded file has. */
  get unsaved() {
    return this.#fresh.size;
  }

  async save(steps) {
    const at = new Date().toISOString();
    const lines = steps.map(({ record, text }) => ({
      ...lineOf(record, text, this.by(), at),
      file: record.k,
    }));
    for (const [number, { text }] of steps.entries()) Object.assign(text, { by: lines[number].by, when: at });
    for (const line of lines) {
      this.#lines.set(lineKey(line), line);
      this.#fresh.add(lineKey(line));
    }
    const store = await this.#store;
    if (store) await storedAway(store, lines);
    return [];
  }

  /** What was decided on an earlier visit, put onto the records. */
  async recall(decider) {
    const store = await this.#store;
    for (const line of store ? await everything(store) : []) {
      const record = this.records.find(line.file, line.id);
      const text = record?.texts.find(
        (one) => (one.f ?? null) === line.field && (one.i ?? null) === line.index,
      );
      if (!text || record.key !== line.key) continue;
      this.#lines.set(lineKey(line), line);
      if (!line.isDownloaded) this.#fresh.add(lineKey(line));
      decider.hear(record, text, {
        ...line,
        text: line.state === "draft" ? undefined : line.text,
        stale: undefined,
      });
    }
  }

  /** The lines of a decisions file, `file` of the two results files. */
  lines(file) {
    return [...this.#lines.values()]
      .filter((line) => line.file === file)
      .map(({ file: _, isDownloaded: __, ...line }) => `${JSON.stringify(line)}\n`);
  }

  async downloaded() {
    this.#fresh.clear();
    const lines = [...this.#lines.values()];
    for (const line of lines) line.isDownloaded = true;
    const store = await this.#store;
    if (store) await storedAway(store, lines);
  }
}

function lineKey(line) {
  return JSON.stringify([line.file, line.id, line.field, line.index]);
}

/** The browser's store of that name; null where it has none for files. */
function opened(name) {
  return new Promise((done) => {
    try {
      const request = indexedDB.open(name, 1);
      request.onupgradeneeded = () => request.result.createObjectStore("decisions");
      request.onsuccess = () => done(request.result);
      request.onerror = () => done(null);
    } catch {
      done(null);
    }
  });
}

function storedAway(store, lines) {
  return new Promise((done, failed) => {
    const transaction = store.transaction("decisions", "readwrite", { durability: "strict" });
    for (const line of lines) transaction.objectStore("decisions").put(line, lineKey(line));
    transaction.oncomplete = done;
    transaction.onerror = () => failed(transaction.error);
  });
}

function everything(store) {
  return new Promise((done, failed) => {
    const request = store.transaction("decisions").objectStore("decisions").getAll();
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });
}
