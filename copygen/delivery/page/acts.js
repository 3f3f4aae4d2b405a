// Decisions by name: what they ask of the person first, what they change, and how they are told.

import { askWhether, askWords, tell } from "./dialogs.js";
import { byId, counted, figure } from "./dom.js";
import { bulkTargets } from "./filter.js";
import { labelOf } from "./records.js";

const STATE_OF = { approve: "approved", reject: "rejected", lock: "locked", draft: "draft" };
const REASON = "Reason: the model is told it when the text is made again";
const REASONS_SHOWN = 5;
const CONFLICTS_SHOWN = 3;

export class Acts {
  /** `edited(record)` hears of texts that a person wrote. */
  constructor(records, decider, filter, { edited }) {
    this.records = records;
    this.decider = decider;
    this.filter = filter;
    this.edited = edited;
    this.reasons = [];
    decider.conflicted.on((conflicts) => this.#tellConflicts(conflicts));
    decider.refused.on((why) => tell(`Taken back, because the server refused it: ${why}`, { stays: true }));
  }

  /** Decides about texts, `{record, text}` each: approve, reject, lock, draft, comment or edit. */
  async decide(name, given, text = null) {
    const wanted = given.filter(({ record }) => !record.orphan);
    if (this.records.setup.readOnly || !wanted.length) return;
    if (name === "edit") this.#edit(wanted, text);
    else if (name === "comment") await this.#comment(wanted);
    else if (name === "reject") await this.#reject(wanted);
    else this.#put(wanted, STATE_OF[name]);
  }

  #edit(wanted, text) {
    const change = ({ m }) => (text === m ? { state: "draft", text: undefined } : { state: "edited", text });
    this.#change(wanted, (one) => ({ ...change(one), reason: undefined }), "edited");
    this.edited(wanted[0].record);
  }

  async #comment(wanted) {
    const value = wanted[0].text.note ?? "";
    const comment = await askWords("Comment", { label: "For whoever comes after", confirm: "Keep", value });
    if (comment !== null) this.#change(wanted, () => ({ comment: comment || undefined }), "commented on");
  }

  async #reject(wanted) {
    const isOne = wanted.length === 1;
    const title = `Reject ${isOne ? labelOf(wanted[0].text) : counted(wanted.length, "text")}`;
    const value = isOne ? (wanted[0].text.why ?? "") : "";
    const reason = await this.#askReason(title, { confirm: "Reject", value });
    if (reason !== null) this.#put(wanted, "rejected", reason);
  }

  async #askReason(title, more) {
    const reason = await askWords(title, { label: REASON, suggestions: this.reasons, danger: true, ...more });
    if (reason)
      this.reasons = [reason, ...this.reasons.filter((one) => one !== reason)].slice(0, REASONS_SHOWN);
    return reason;
  }

  #put(wanted, state, reason = "") {
    const isModels = state === "draft" || state === "rejected"; // what the model wrote is meant again
    const change = { state, reason: reason || undefined, ...(isModels ? { text: undefined } : {}) };
    this.#change(wanted, () => change, state === "draft" ? "made a draft again" : state);
  }

  #change(wanted, change, verb) {
    this.decider.decide(wanted, change, `${verb} ${counted(wanted.length, "text")}`);
    const { decided, texts } = this.records;
    const now = `${figure(decided)} of ${figure(texts)} decided`;
    byId("live").textContent = `${counted(wanted.length, "text")} ${verb}. ${now}.`;
  }

  /** Decides about all that is shown, after saying what that is: approve, reject or draft. */
  async decideAll(name, shown) {
    if (this.records.setup.readOnly) return;
    const state = STATE_OF[name];
    const { targets, faulty, decided } = bulkTargets(this.filter, shown, state);
    if (!targets.length && !faulty.length) {
      tell("Nothing is left to decide in what is filtered.");
      return;
    }
    const said = await this.#askAll(name, targets, faulty, this.#bulkWords(shown, targets, decided, state));
    if (said === null) return;
    const wanted = said.faulty ? [...targets, ...faulty] : targets;
    this.#put(wanted, state, said.reason);
    const verb = state === "draft" ? "made drafts again" : state;
    tell(`${counted(wanted.length, "text")} ${verb}.`, { action: "Undo", act: () => this.undo() });
  }

  #bulkWords(shown, targets, decided, state) {
    const by = this.filter.isActive ? `, filtered by ${this.filter.inWords()}` : "";
    const lines = [`${counted(targets.length, "text")} of ${counted(shown.length, "record")}${by}.`];
    const why = state === "draft" ? ": locked" : ". Filter by decision to change them; locked ones stay";
    if (decided) lines.push(`${counted(decided, "text")} stay as decided${why}.`);
    return lines;
  }

  async #askAll(name, targets, faulty, lines) {
    const count = counted(targets.length, "text");
    if (name === "reject") {
      const more = { confirm: "Reject all", hint: lines.join(" ") };
      const reason = await this.#askReason(`Reject ${count}?`, more);
      return reason === null ? null : { reason };
    }
    const words = `Also ${counted(faulty.length, "text")} of records that break a rule`;
    const boxes = faulty.length ? [{ name: "faulty", words }] : [];
    if (name === "approve") return askWhether(`Approve ${count}?`, { confirm: "Approve all", lines, boxes });
    return askWhether(`Make ${count} drafts again?`, { confirm: "Make drafts", lines, boxes });
  }

  undo() {
    const words = this.decider.undo();
    tell(words === null ? "Nothing to undo." : `Undone: ${words}.`);
  }

  redo() {
    const words = this.decider.redo();
    tell(words === null ? "Nothing to redo." : `Done again: ${words}.`);
  }

  #tellConflicts(conflicts) {
    for (const { record, text, now, mine } of conflicts.slice(0, CONFLICTS_SHOWN)) {
      const what = `${now.state}${now.reason ? ` (${now.reason})` : ""}`;
      const words = `${now.by || "Somebody"} decided on ${record.id}, ${labelOf(text)}, before you: ${what}. That stands.`;
      const again = () => this.decider.decide([{ record, text }], () => mine, "decided again on 1 text");
      tell(words, { stays: true, action: "Put mine in its place", act: again });
    }
    const more = conflicts.length - CONFLICTS_SHOWN;
    if (more > 0)
      tell(`${counted(more, "more text")} were decided by somebody else before you.`, { stays: true });
  }
}
