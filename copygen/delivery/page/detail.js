// One record in full: its texts to read, to edit and to decide about, as the place shows them, the
// facts they were made of, and what they cost.

import { button, byId, debounced, el, figure, icon } from "./dom.js";
import { post } from "./decisions.js";
import { tell } from "./dialogs.js";
import { drawnDifference } from "./diff.js";
import { Editor } from "./editor.js";
import { lengthBar, lengthMark, stateBadge, violationList } from "./marks.js";
import { previewsOf } from "./previews.js";
import { inForce, labelOf, placeOf, recordState, stateOf } from "./records.js";
import { spoken, written } from "./text.js";

const CHECK_AFTER_MS = 250;

export class Detail {
  /** `act(name, targets)` decides; `close()` goes back to the list. */
  constructor(records, ruler, { act, close }) {
    this.records = records;
    this.ruler = ruler;
    this.act = act;
    this.close = close;
    this.panel = byId("detail");
    this.record = null;
    this.#check = debounced(CHECK_AFTER_MS, (record) => this.#askServer(record));
  }
  #check;
  #preview = null;
  #asked = 0;
  #editors = new Map(); // text → its editor
  #found = new Map(); // text that a person wrote → what is wrong with it
  #turn = 0;
  #place = null;

  get isEditing() {
    return this.#editors.size > 0;
  }

  get #isServed() {
    return this.records.setup.mode === "server";
  }

  show(record) {
    if (record !== this.record) {
      this.#keepDrafts();
      this.record = record;
      this.#turn = 0;
      this.panel.scrollTop = 0;
      if (record?.texts.some((text) => text.t !== undefined && !this.#found.has(text))) this.recheck(record);
    }
    this.draw();
  }

  draw() {
    const { record } = this;
    if (record === null) {
      this.panel.replaceChildren(el("p", { class: "nothing" }, "No record is chosen."));
      return;
    }
    const focused = document.activeElement?.dataset?.place;
    this.#preview = el("section", { class: "preview", "aria-label": "As the place shows it" });
    this.panel.classList.toggle("is-editing", this.isEditing);
    const texts = record.texts.map((text) => this.#card(record, text));
    const parts = [
      this.#head(record),
      record.err ? failure(record.err) : null,
      ...violationList(record.v),
      this.#preview,
      el("div", { class: "texts" }, texts),
      factsOf("Made of", record.item),
      factsOf("Made by", makingOf(record)),
      this.#isServed && !record.orphan ? promptOf(record) : null,
    ];
    this.panel.replaceChildren(...parts.filter(Boolean));
    this.#drawPreview();
    if (focused !== undefined) this.panel.querySelector(`[data-place="${CSS.escape(focused)}"]`)?.focus();
  }

  #canDecide(record) {
    return !this.records.setup.readOnly && !record.orphan && record.texts.length > 0;
  }

  #head(record) {
    const every = record.texts.map((text) => ({ record, text }));
    const words = `All ${every.length} texts`;
    const isTwo = this.records.setup.files.length > 1;
    const facts = [
      stateBadge(recordState(record)),
      el("span", { class: `status status-${record.st}` }, record.st),
      record.lang ? el("span", {}, record.lang) : null,
      el("span", {}, record.model),
      isTwo ? el("span", { dir: "auto" }, this.records.fileName(record)) : null,
    ];
    const all = el("span", { class: "actions-label" }, words);
    const actions = { class: "actions", role: "group", "aria-label": words };
    return el(
      "header",
      { class: "detail-head" },
      button("Back to the list", () => this.close(), { sign: "back", class: "quiet back" }),
      el("h2", { dir: "auto" }, record.id),
      el("p", { class: "detail-facts" }, facts),
      this.#canDecide(record) && every.length > 1 ? el("div", actions, all, this.#buttons(every)) : null,
    );
  }

  #buttons(targets) {
    return [
      ["approve", "approved", "Approve", "a"],
      ["reject", "rejected", "Reject…", "r"],
      ["lock", "locked", "Lock", "l"],
      ["comment", "comment", "Comment…", "c"],
    ].map(([name, sign, words, key]) =>
      button(words, () => this.act(name, targets), {
        sign,
        class: `act act-${name}`,
        title: `${words} (${key})`,
      }),
    );
  }

  #card(record, text) {
    const spec = this.records.spec(record, text);
    const state = stateOf(text);
    const editor = this.#editors.get(text);
    const shown = inForce(text);
    const head = [
      el("h3", {}, labelOf(text)),
      spec?.channel ? el("span", { class: "channel" }, spec.channel) : null,
      state === "draft" ? null : stateBadge(state),
      editor ? null : lengthMark(this.ruler, spec, shown),
    ];
    const body = editor ? [editor.node] : [lengthBar(this.ruler, spec, shown), this.#reading(record, text)];
    return el(
      "article",
      { class: `card is-${state}`, "data-card": placeOf(text), "aria-label": labelOf(text) },
      el("div", { class: "card-head" }, head),
      ...body.filter(Boolean),
      decidedOf(text),
      this.#canDecide(record) && !editor ? this.#cardActions(record, text, state) : null,
    );
  }

  #cardActions(record, text, state) {
    const target = [{ record, text }];
    const edit = { sign: "edited", class: "act act-edit", "data-place": placeOf(text), title: "Edit (e)" };
    const draft = { sign: "undo", class: "act quiet", title: "Back to a draft (d)" };
    return el(
      "div",
      { class: "actions card-actions", role: "group", "aria-label": labelOf(text) },
      button("Edit", () => this.edit(text), edit),
      this.#buttons(target),
      state === "draft" ? null : button("Draft", () => this.act("draft", target), draft),
    );
  }

  #reading(record, text) {
    const shown = inForce(text);
    const isModels = text.t === undefined;
    const found = isModels ? text.v : this.#found.get(text);
    const ondblclick = this.#canDecide(record) ? () => this.edit(text) : null;
    const other = this.records.otherOf(record, text);
    return el(
      "div",
      {},
      el("p", { class: "copy", ...spoken(shown, record.lang), ondblclick }, written(shown, found ?? [])),
      isModels ? null : changed("The model’s text, and what was changed", text.m, shown, record.lang),
      ...violationList(found),
      other ? changed(`Changed from ${other.name}`, other.text, shown, record.lang) : null,
    );
  }

  /** Opens the editor of a text; of the first one where none is named. */
  edit(text = this.record?.texts[0]) {
    const { record } = this;
    if (!text || !this.#canDecide(record)) return;
    if (!this.#editors.has(text)) this.#editors.set(text, this.#editor(record, text));
    this.draw();
    this.#editors.get(text).focus();
  }

  #editor(record, text) {
    const editor = new Editor(record, text, {
      spec: this.records.spec(record, text),
      ruler: this.ruler,
      isChecked: this.#isServed,
      changed: () => {
        this.#drawPreview();
        if (this.#isServed) this.#check(record);
      },
      save: () => this.#save(editor),
      cancel: () => this.#close(editor),
    });
    editor.tell(text.t === undefined ? text.v : this.#found.get(text));
    return editor;
  }

  #save(editor) {
    const { record, text, value } = editor;
    if (!value.trim()) {
      tell("An empty text cannot be kept. Reject it instead, with a reason.");
      return;
    }
    this.#close(editor);
    if (value !== inForce(text)) this.act("edit", [{ record, text }], value);
  }

  #close(editor) {
    this.#editors.delete(editor.text);
    this.panel.focus();
    this.draw();
  }

  /** Leaving a record with open editors keeps what was written, as any other edit. */
  #keepDrafts() {
    const editors = [...this.#editors.values()];
    this.#editors.clear();
    for (const { record, text, value } of editors)
      if (value.trim() && value !== inForce(text)) this.act("edit", [{ record, text }], value);
  }

  /** Has the server look at texts that a person wrote. */
  async recheck(record) {
    if (!this.#isServed) return;
    await this.#askServer(record);
    if (record === this.record && !this.isEditing) this.draw();
  }

  async #askServer(record) {
    const turn = ++this.#asked;
    const texts = record.texts.map((text) => {
      const said = this.#editors.get(text)?.value ?? inForce(text);
      return { field: text.f ?? null, index: text.i ?? null, text: said };
    });
    try {
      const { places } = await post("api/check", { file: record.k, id: record.id, texts });
      if (turn !== this.#asked) return; // something else was written since
      record.texts.forEach((text, at) => {
        this.#found.set(text, places[at]);
        this.#editors.get(text)?.tell(places[at]);
      });
    } catch {
      // Whether there is a connection is shown above the list.
    }
  }

  #drawPreview() {
    const { record } = this;
    const texts = record.texts.map((text) => {
      const { channel, limit, recommended } = this.records.spec(record, text) ?? {};
      const said = this.#editors.get(text)?.value ?? inForce(text);
      return { field: text.f, channel, limit, recommended, text: said };
    });
    const another = () => {
      this.#turn += 1;
      this.#drawPreview();
    };
    const { ruler } = this;
    const around = {
      ruler,
      language: record.lang,
      item: record.item,
      id: record.id,
      turn: this.#turn,
      another,
    };
    const places = previewsOf(texts, around);
    if (!places.length) {
      this.#preview.replaceChildren();
      return;
    }
    const [name, draw] = places.find(([own]) => own === this.#place) ?? places[0];
    const isOne = places.length === 1;
    const choice = isOne ? [] : [this.#placeChoice(places, name)];
    const title = el("h3", {}, isOne ? `As shown: ${name}` : "As shown");
    this.#preview.replaceChildren(title, ...choice, ...draw().filter(Boolean));
  }

  #placeChoice(places, chosen) {
    const choose = (name) => () => {
      this.#place = name;
      this.#drawPreview();
    };
    const buttons = places.map(([name]) =>
      button(name, choose(name), { class: "quiet", "aria-pressed": String(name === chosen) }),
    );
    return el("div", { class: "choice", role: "group", "aria-label": "Place" }, buttons);
  }
}

function failure({ kind, message }) {
  return el("p", { class: "failure" }, icon("warn"), el("span", {}, `${kind}: ${message}`));
}

function changed(words, before, after, language) {
  const difference = drawnDifference(before, after, spoken(after, language));
  return el("div", { class: "was" }, el("small", { dir: "auto" }, words), difference);
}

/** What people said of a text, and who. */
function decidedOf(text) {
  const line = (sign, words, look = "") =>
    el("p", { class: `decided ${look}`, dir: "auto" }, icon(sign), words);
  const lines = [];
  if (text.stale !== undefined) lines.push(line("stale", `Changed since: ${text.stale}`, "is-stale"));
  const earlier = text.earlier ? `: ${text.earlier}` : "";
  if (text.earlier !== undefined) lines.push(line("rejected", `An earlier text was rejected${earlier}`));
  if (text.why) lines.push(line("rejected", text.why));
  if (text.note) lines.push(line("comment", text.note));
  const at = text.when ? `, ${when(text.when)}` : "";
  if (text.by && text.s) lines.push(el("p", { class: "decided-by" }, `${text.by}${at}`));
  return lines.length ? el("div", {}, lines) : null;
}

function makingOf(record) {
  const { answered, model } = record;
  return {
    Model: answered && answered !== model ? `${model} (${answered})` : model,
    Provider: record.prov,
    Cost: typeof record.cost === "number" ? `$${record.cost.toPrecision(3)}` : null,
    Latency: typeof record.ms === "number" ? `${figure(Math.round(record.ms))} ms` : null,
    Requests: record.tries,
    Corrections: record.asks,
    Made: record.at ? when(record.at) : null,
    Key: record.key.slice(0, 12),
    Notes: record.notes?.join(" "),
  };
}

/** Names with values; what is not there is not said. */
function factsOf(title, facts) {
  const said = Object.entries(facts).filter(
    ([, value]) => value !== null && value !== undefined && value !== "",
  );
  if (!said.length) return null;
  const rows = said.flatMap(([name, value]) => [
    el("dt", {}, name),
    el("dd", { dir: "auto" }, factNode(value)),
  ]);
  return el("section", { class: "facts" }, el("h3", {}, title), el("dl", {}, rows));
}

/** The prompt, which the server makes again when somebody wants to see it. */
function promptOf(record) {
  const said = el("div", { "aria-live": "polite" });
  const ask = async () => {
    if (said.childElementCount) return;
    try {
      const { messages } = await post("api/prompt", { file: record.k, id: record.id });
      const parts = messages.map(({ role, content }) => [
        el("dt", {}, role),
        el("dd", { dir: "auto" }, written(content)),
      ]);
      said.replaceChildren(el("dl", {}, parts.flat()));
    } catch (error) {
      said.replaceChildren(el("p", { class: "note" }, error.message));
    }
  };
  return el("details", { class: "facts", ontoggle: ask }, el("summary", {}, "Prompt"), said);
}

function factNode(value) {
  const said = typeof value === "object" ? JSON.stringify(value) : String(value);
  if (!/^https?:\/\/\S+$/.test(said)) return written(said);
  return el("a", { href: said, rel: "noopener noreferrer", target: "_blank" }, said);
}

function when(moment) {
  const date = new Date(moment);
  if (Number.isNaN(date.getTime())) return String(moment);
  return date.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
}
