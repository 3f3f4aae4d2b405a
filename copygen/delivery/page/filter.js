// Which records are shown. The choice is kept in the address, so that a reload and a link keep it.

import {
  breaksRule,
  inForce,
  isDecided,
  labelOf,
  recordState,
  stateOf,
  STATES,
  violationsOf,
} from "./records.js";

const ORDERED = { state: STATES, status: ["ok", "rejected", "failed", "skipped", "cancelled"] };
const TITLES = {
  state: "Decision",
  status: "Status",
  rule: "Rule",
  language: "Language",
  channel: "Channel",
  model: "Model",
  file: "File",
};

export class Filter {
  constructor(records) {
    this.records = records;
    this.query = "";
    this.chosen = new Map();
  }

  /** `[facet, title, values of a record]`; those of the matrix come with the records. */
  facets() {
    const { records } = this;
    const facets = [
      [
        "state",
        (record) => (record.texts.length ? [...new Set(record.texts.map(stateOf))] : [recordState(record)]),
      ],
      ["status", (record) => [record.st]],
      ["rule", (record) => [...new Set(violationsOf(record).map((one) => one.r))]],
      ["language", (record) => [record.lang ?? "not said"]],
      ["channel", (record) => records.channelsOf(record)],
      ["model", (record) => [record.model]],
    ]
      .filter(([name]) => name !== "language" || records.languageAxis === null)
      .map(([name, values]) => [name, TITLES[name], values]);
    for (const axis of records.axes)
      if (axis !== "model")
        facets.push([`cell.${axis}`, axis, (record) => [String(record.item[axis] ?? "")]]);
    if (records.setup.files.length > 1)
      facets.push(["file", TITLES.file, (record) => [records.fileName(record)]]);
    return facets;
  }

  get isActive() {
    return this.query !== "" || this.chosen.size > 0;
  }

  toggle(facet, value) {
    const values = this.chosen.get(facet) ?? new Set();
    if (!values.delete(value)) values.add(value);
    if (values.size) this.chosen.set(facet, values);
    else this.chosen.delete(facet);
  }

  clear() {
    this.query = "";
    this.chosen.clear();
  }

  /**
   * The records that meet it, and how many there would be of each value of a facet if that facet
   * alone were chosen anew: one pass over all records.
   */
  apply() {
    const facets = this.facets();
    const counts = facets.map(() => new Map());
    const wanted = facets.map(([name]) => this.chosen.get(name));
    const sought = this.query.toLowerCase().split(/\s+/).filter(Boolean);
    const shown = [];
    for (const record of this.records.all) {
      if (sought.length && !isFound(record, sought)) continue;
      const values = facets.map(([, , of]) => of(record));
      let missed = -1;
      let misses = 0;
      for (let at = 0; at < facets.length && misses < 2; at += 1) {
        if (wanted[at] && !values[at].some((value) => wanted[at].has(value))) {
          missed = at;
          misses += 1;
        }
      }
      if (misses === 0) shown.push(record);
      if (misses > 1) continue;
      for (let at = 0; at < facets.length; at += 1) {
        if (misses === 1 && at !== missed) continue;
        for (const value of values[at]) counts[at].set(value, (counts[at].get(value) ?? 0) + 1);
      }
    }
    return {
      shown,
      facets: facets.map(([name, title], at) => ({
        name,
        title,
        values: sorted(name, counts[at], wanted[at]),
        chosen: wanted[at] ?? new Set(),
      })),
    };
  }

  /** The texts of a record that a bulk decision is about: of a choice of states, only those in one. */
  textsMeant(record) {
    const states = this.chosen.get("state");
    return states ? record.texts.filter((text) => states.has(stateOf(text))) : record.texts;
  }

  toAddress() {
    const parts = new URLSearchParams();
    if (this.query) parts.set("q", this.query);
    for (const [facet, values] of this.chosen) for (const value of values) parts.append(facet, value);
    return parts;
  }

  fromAddress(parts) {
    this.clear();
    this.query = parts.get("q") ?? "";
    for (const [facet, value] of parts)
      if (facet in TITLES || facet.startsWith("cell."))
        this.chosen.set(facet, (this.chosen.get(facet) ?? new Set()).add(value));
  }

  /** What is chosen, in words. */
  inWords() {
    const said = [...this.chosen].map(
      ([facet, values]) => `${facet.replace(/^cell\./, "")} is ${[...values].join(" or ")}`,
    );
    if (this.query) said.unshift(`“${this.query}”`);
    return said.join(", ");
  }
}

function sorted(name, counts, chosen) {
  for (const value of chosen ?? []) if (!counts.has(value)) counts.set(value, 0);
  const order = ORDERED[name];
  const byName = order
    ? (a, b) => order.indexOf(a[0]) - order.indexOf(b[0])
    : (a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1);
  return [...counts].sort(byName);
}

/** Whether every word occurs in its id, its texts, its facts or what was said about it. */
function isFound(record, words) {
  return words.every(
    (word) =>
      record.id.toLowerCase().includes(word) ||
      record.texts.some(
        (text) =>
          text.m.toLowerCase().includes(word) ||
          (text.t !== undefined && text.t.toLowerCase().includes(word)) ||
          text.why?.toLowerCase().includes(word) ||
          text.note?.toLowerCase().includes(word),
      ) ||
      Object.values(record.item).some((value) => String(value).toLowerCase().includes(word)),
  );
}

/**
 * What a decision about everything filtered is about. A locked text never; one that somebody decided
 * about only where the filter asks for its state, or where it becomes a draft again; one that breaks
 * a rule, or whose record does, is told apart when it would be approved.
 */
export function bulkTargets(filter, shown, state) {
  const targets = [];
  const faulty = [];
  let decided = 0;
  const takesDecided = state === "draft" || filter.chosen.has("state");
  for (const record of shown) {
    if (record.orphan) continue;
    const isFaulty = state === "approved" && breaksRule(record);
    for (const text of filter.textsMeant(record)) {
      if (stateOf(text) === state) continue;
      if (text.s === "locked" || (isDecided(text) && !takesDecided)) decided += 1;
      else (isFaulty ? faulty : targets).push({ record, text });
    }
  }
  return { targets, faulty, decided };
}

/** A record as lines of plain text, to be copied. */
export function asPlainText(record) {
  return record.texts.map((text) => `${labelOf(text)}: ${inForce(text)}`).join("\n");
}
