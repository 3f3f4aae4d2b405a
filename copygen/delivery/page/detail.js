// One record in full: its texts to read, to edit and to decide about, as the place shows them, the
// facts they were made of, and what they cost.

import { byId, debounced, el, figure, icon } from "./dom.js";
import { drawnDifference } from "./diff.js";
import { lengthMark, stateBadge } from "./list.js";
import { post } from "./decisions.js";
import { tell } from "./dialogs.js";
import { previewsOf } from "./previews.js";
import { inForce, labelOf, recordState, stateOf } from "./records.js";
import { invisibleIn, spoken, written } from "./text.js";

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
    this.drafts = new Map();
    this.checked = new Map();
    this.turn = 0;
    this.place = null;
    this.#check = debounced(CHECK_AFTER_MS, (record) => this.#askServer(record));
  }
  #check;
  #preview = null;
  #asked = 0;

  get isEditing() {
    return this.drafts.size > 0;
  }

  show(record) {
    if (record !== this.record) {
      this.keepDrafts();
      this.record = record;
      this.turn = 0;
      this.panel.scrollTop = 0;
      if (record?.texts.some((text) => text.t !== undefined && !this.checked.has(text))) this.recheck(record);
    }
    this.draw();
  }

  draw() {
    const { record } = this;
    if (record === null) {
      this.panel.replaceChildren(el("p", { class: "nothing" }, "No record is chosen."));
      return;
    }
    const active = document.activeElement;
    const focused = active?.dataset?.place;
    const selection = active?.matches?.("textarea") ? [active.selectionStart, active.selectionEnd, active.selectionDirection] : null;
    this.#preview = el("section", { class: "preview", "aria-label": "As the place shows it" });
    this.panel.classList.toggle("is-editing", this.isEditing);
    this.panel.replaceChildren(...[
      this.#head(record),
      record.err ? el("p", { class: "failure" }, icon("warn"), el("span", {}, `${record.err.kind}: ${record.err.message}`)) : null,
      ...violationList(record.v),
      this.#preview,
      el("div", { class: "texts" }, record.texts.map((text) => this.#card(record, text))),
      this.#facts(record), this.#making(record),
    ].filter(Boolean));
    this.#drawPreview();
    if (focused === undefined) return;
    const again = this.panel.querySelector(`[data-place="${CSS.escape(focused)}"]`);
    again?.focus();
    if (selection && again?.matches("textarea")) again.setSelectionRange(...selection);
  }

  #head(record) {
    const canDecide = !this.records.setup.readOnly && !record.orphan && record.texts.length > 0;
    const every = record.texts.map((text) => ({ record, text }));
    return el("header", { class: "detail-head" },
      el("button", { type: "button", class: "quiet back", onclick: () => this.close() }, icon("back"), "Back to the list"),
      el("h2", { dir: "auto" }, record.id),
      el("p", { class: "detail-facts" }, stateBadge(recordState(record)),
        el("span", { class: `status status-${record.st}` }, record.st),
        record.lang ? el("span", {}, record.lang) : null, el("span", {}, record.model),
        this.records.setup.files.length > 1 ? el("span", { dir: "auto" }, this.records.fileName(record)) : null),
      canDecide && every.length > 1 ? el("div", { class: "actions", role: "group", "aria-label": `All ${every.length} texts` },
        el("span", { class: "actions-label" }, `All ${every.length} texts`), this.#buttons(every)) : null);
  }

  #buttons(targets) {
    const button = (name, sign, words, key) => el("button", { type: "button", class: `act act-${name}`, title: `${words} (${key})`, onclick: () => this.act(name, targets) }, icon(sign), words);
    return [button("approve", "approved", "Approve", "a"), button("reject", "rejected", "Reject…", "r"), button("lock", "locked", "Lock", "l"), button("comment", "comment", "Comment…", "c")];
  }

  #card(record, text) {
    const spec = this.records.spec(record, text);
    const state = stateOf(text);
    const place = placeOf(text);
    const draft = this.drafts.get(text);
    const canDecide = !this.records.setup.readOnly && !record.orphan;
    const shown = inForce(text);
    return el("article", { class: `card is-${state}`, "data-card": place, "aria-label": labelOf(text) },
      el("div", { class: "card-head" },
        el("h3", {}, labelOf(text)), spec?.channel ? el("span", { class: "channel" }, spec.channel) : null,
        state === "draft" ? null : stateBadge(state), draft === undefined ? lengthMark(this.ruler, spec, shown) : null),
      draft === undefined ? lengthBar(this.ruler, spec, shown) : null,
      draft === undefined ? this.#reading(record, text, canDecide) : this.#editor(record, text, spec, draft),
      this.#decided(text),
      canDecide && draft === undefined
        ? el("div", { class: "actions card-actions", role: "group", "aria-label": labelOf(text) },
          el("button", { type: "button", class: "act act-edit", "data-place": place, title: "Edit (e)", onclick: () => this.edit(text) }, icon("edited"), "Edit"),
          this.#buttons([{ record, text }]),
          state === "draft" ? null : el("button", { type: "button", class: "act quiet", title: "Back to a draft (d)", onclick: () => this.act("draft", [{ record, text }]) }, icon("undo"), "Draft"))
        : null);
  }

  #reading(record, text, canDecide) {
    const shown = inForce(text);
    const isModels = text.t === undefined;
    const found = isModels ? text.v : this.checked.get(text);
    return el("div", {},
      el("p", { class: "copy", ...spoken(shown, record.lang), ondblclick: canDecide ? () => this.edit(text) : null }, written(shown, found ?? [])),
      isModels ? null : el("div", { class: "was" }, el("small", {}, "The model’s text, and what was changed"), drawnDifference(text.m, shown, spoken(shown, record.lang))),
      ...violationList(found), this.#other(record, text));
  }

  /** What the other results file has in its place. */
  #other(record, text) {
    const other = this.records.otherOf(record, text);
    if (other === null) return null;
    return el("div", { class: "was" }, el("small", { dir: "auto" }, `Changed from ${other.name}`), drawnDifference(other.text, inForce(text), spoken(other.text, record.lang)));
  }

  #editor(record, text, spec, draft) {
    const place = placeOf(text);
    const found = el("div", { class: "found", id: `found-${place}`, "aria-live": "polite" });
    const bar = el("div", { class: "bar-live" });
    const changes = el("div", { class: "was" });
    const follow = () => {
      const value = area.value;
      this.drafts.set(text, value);
      bar.replaceChildren(...[lengthBar(this.ruler, spec, value), lengthMark(this.ruler, spec, value), smsMark(this.ruler, spec, value)].filter(Boolean));
      changes.replaceChildren(...(value === text.m ? [] : [el("small", {}, "Changed from the model’s text"), drawnDifference(text.m, value, spoken(value, record.lang))]));
      const hidden = [...invisibleIn(value)].map(([name, count]) => `${name} × ${count}`);
      const note = hidden.length ? [el("p", { class: "note" }, `Invisible characters: ${hidden.join(", ")}`)] : [];
      const own = this.records.setup.mode === "server" ? violationList(this.checked.get(text)) : [el("p", { class: "note" }, "Lengths are measured here; the rules are checked when the decisions are imported.")];
      found.replaceChildren(...note, ...own);
      this.#drawPreview();
    };
    const area = el("textarea", {
      class: "editor", value: draft, rows: Math.min(14, Math.max(2, Math.ceil(draft.length / 52) + (draft.match(/\n/g)?.length ?? 0))),
      "data-place": place, "aria-label": `${labelOf(text)}, text`, "aria-describedby": `found-${place}`, spellcheck: "true", ...spoken(draft, record.lang),
      oninput: () => { follow(); if (this.records.setup.mode === "server") this.#check(record); },
      onkeydown: (event) => this.#editorKey(event, text),
    });
    queueMicrotask(follow);
    this.followers = (this.followers ?? new Map()).set(text, follow);
    return el("div", { class: "editing" }, area, bar, changes, found,
      el("div", { class: "actions" },
        el("button", { type: "button", class: "act primary", onclick: () => this.save(text) }, "Save", el("kbd", {}, "Ctrl ⏎")),
        el("button", { type: "button", class: "act quiet", onclick: () => this.cancel(text) }, "Cancel", el("kbd", {}, "Esc")),
        draft === text.m && text.t === undefined ? null : el("button", { type: "button", class: "act quiet", onclick: () => { area.value = text.m; follow(); area.focus(); } }, "The model’s text")));
  }

  #editorKey(event, text) {
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      this.cancel(text);
    } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      this.save(text);
    }
  }

  /** Opens the editor of a text; of the first one where none is named. */
  edit(text = this.record?.texts[0]) {
    if (!text || this.records.setup.readOnly || this.record.orphan) return;
    if (!this.drafts.has(text)) this.drafts.set(text, inForce(text));
    this.draw();
    const area = this.panel.querySelector(`textarea[data-place="${CSS.escape(placeOf(text))}"]`);
    area?.focus();
    area?.setSelectionRange(area.value.length, area.value.length);
  }

  save(text) {
    const value = this.drafts.get(text);
    if (!value.trim()) {
      tell("An empty text cannot be kept. Reject it instead, with a reason.");
      return;
    }
    const { record } = this;
    this.#closeEditor(text);
    if (value !== inForce(text)) this.act("edit", [{ record, text }], value);
    else this.draw();
  }

  cancel(text) {
    this.#closeEditor(text);
    this.draw();
  }

  #closeEditor(text) {
    this.drafts.delete(text);
    this.followers?.delete(text);
    this.panel.focus();
  }

  /** Leaving a record with open editors keeps what was written, as any other edit. */
  keepDrafts() {
    for (const [text, value] of [...this.drafts]) {
      this.drafts.delete(text);
      if (value.trim() && value !== inForce(text)) this.act("edit", [{ record: this.record, text }], value);
    }
    this.followers?.clear();
  }

  async #askServer(record) {
    const turn = ++this.#asked;
    const texts = record.texts.map((text) => ({ field: text.f ?? null, index: text.i ?? null, text: this.drafts.get(text) ?? inForce(text) }));
    try {
      const { places } = await post("api/check", { file: record.k, id: record.id, texts });
      if (turn !== this.#asked || record !== this.record) return;
      places.forEach((place, at) => this.checked.set(record.texts[at], place));
    } catch {
      return; // the state of the connection is shown above the list
    }
    for (const [text, follow] of this.followers ?? []) if (this.drafts.has(text)) follow();
  }

  /** Has the server look at texts that were edited just now. */
  recheck(record) {
    if (this.records.setup.mode === "server") this.#askServer(record).then(() => { if (record === this.record && !this.isEditing) this.draw(); });
  }

  #decided(text) {
    const lines = [];
    if (text.stale !== undefined) lines.push(el("p", { class: "decided is-stale" }, icon("stale"), `Changed since: ${text.stale || "the item or the brief"}`));
    if (text.earlier !== undefined) lines.push(el("p", { class: "decided", dir: "auto" }, icon("rejected"), `An earlier text was rejected${text.earlier ? `: ${text.earlier}` : ""}`));
    if (text.why) lines.push(el("p", { class: "decided is-why", dir: "auto" }, icon("rejected"), text.why));
    if (text.note) lines.push(el("p", { class: "decided", dir: "auto" }, icon("comment"), text.note));
    if (text.by && text.s) lines.push(el("p", { class: "decided-by" }, `${text.by}${text.when ? `, ${when(text.when)}` : ""}`));
    return lines.length ? el("div", {}, lines) : null;
  }

  #drawPreview() {
    const { record } = this;
    if (record === null || this.#preview === null) return;
    const texts = record.texts.map((text) => {
      const spec = this.records.spec(record, text);
      return { field: text.f, channel: spec?.channel, limit: spec?.limit, recommended: spec?.recommended, text: this.drafts.get(text) ?? inForce(text) };
    });
    const around = {
      ruler: this.ruler, language: record.lang, item: record.item, id: record.id, turn: this.turn,
      another: () => { this.turn += 1; this.#drawPreview(); },
    };
    const places = previewsOf(texts, around);
    if (!places.length) {
      this.#preview.replaceChildren();
      return;
    }
    const [name, draw] = places.find(([own]) => own === this.place) ?? places[0];
    const choice = places.length > 1 ? el("div", { class: "choice", role: "group", "aria-label": "Place" },
      places.map(([own]) => el("button", { type: "button", class: "quiet", "aria-pressed": String(own === name), onclick: () => { this.place = own; this.#drawPreview(); } }, own))) : null;
    this.#preview.replaceChildren(el("h3", {}, places.length > 1 ? "As shown" : `As shown: ${name}`), ...[choice, ...draw()].filter(Boolean));
  }

  #facts(record) {
    const facts = Object.entries(record.item).filter(([, value]) => value !== null && value !== "");
    if (!facts.length) return null;
    return el("section", { class: "facts" }, el("h3", {}, "Made of"),
      el("dl", {}, facts.flatMap(([name, value]) => [el("dt", {}, name), el("dd", { dir: "auto" }, factNode(value))])));
  }

  #making(record) {
    const rows = [
      ["Model", record.answered && record.answered !== record.model ? `${record.model} (${record.answered})` : record.model], ["Provider", record.prov],
      ["Cost", typeof record.cost === "number" ? `$${record.cost.toPrecision(3)}` : null],
      ["Latency", typeof record.ms === "number" ? `${figure(Math.round(record.ms))} ms` : null], ["Requests", record.tries],
      ["Corrections", record.asks || null], ["Made", record.at ? when(record.at) : null], ["Key", record.key.slice(0, 12)], ["Notes", record.notes?.join(" ")],
    ].filter(([, value]) => value !== null && value !== undefined && value !== "");
    return el("section", { class: "facts" }, el("h3", {}, "Made by"), el("dl", {}, rows.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, String(value))])));
  }
}

function factNode(value) {
  const said = typeof value === "object" ? JSON.stringify(value) : String(value);
  if (/^https?:\/\/\S+$/.test(said)) return el("a", { href: said, rel: "noopener noreferrer", target: "_blank" }, said);
  return written(said);
}

function violationList(found) {
  if (!found?.length) return [];
  return [el("ul", { class: "violations" }, found.map((one) => el("li", { class: one.sev },
    icon("warn"), el("span", {}, el("span", { class: "unseen" }, `${one.sev}: `), one.msg, " ", el("code", {}, one.r)))))];
}

function lengthBar(ruler, spec, text) {
  if (!spec?.limit) return null;
  const length = ruler.measure(text, spec.unit);
  const share = Math.min(1, length / Math.max(spec.limit, length));
  return el("div", { class: `length-bar${length > spec.limit ? " is-over" : ""}`, "aria-hidden": "true", vars: { "--share": share, "--limit": spec.limit / Math.max(spec.limit, length) } },
    el("span", { class: "length-bar-fill" }));
}

function smsMark(ruler, spec, text) {
  return spec?.unit === "sms_segments" ? el("span", { class: "length" }, `${figure(ruler.measure(text, "utf16"))} UTF-16 units`) : null;
}

function placeOf(text) {
  return `${text.f ?? ""}-${text.i ?? ""}`;
}

function when(moment) {
  const date = new Date(moment);
  return Number.isNaN(date.getTime()) ? String(moment) : date.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
}
