// The small signs about a text: what became of it, how long it is, what is wrong with it.

import { el, figure, icon } from "./dom.js";

export const STATE_WORDS = {
  draft: "Draft",
  approved: "Approved",
  edited: "Edited",
  rejected: "Rejected",
  locked: "Locked",
  stale: "Stale",
  orphan: "Orphan",
};

/** The state of a text or record, as sign and word; of a draft the sign is enough to see. */
export function stateBadge(state) {
  const words = STATE_WORDS[state];
  const said = state === "draft" ? el("span", { class: "unseen" }, words) : words;
  return el("span", { class: `state state-${state}`, title: words }, icon(state), said);
}

/** `29/30`, marked where it is too long. */
export function lengthMark(ruler, spec, text) {
  const length = ruler.measure(text, spec?.unit ?? "graphemes");
  const limit = spec?.limit ?? null;
  const isOver = limit !== null && length > limit;
  const most = limit === null ? "" : ` of ${figure(limit)}`;
  const words = `${figure(length)}${most} ${spec?.noun ?? "characters"}`;
  const short = limit === null ? figure(length) : `${figure(length)}/${figure(limit)}`;
  return el(
    "span",
    { class: `length${isOver ? " is-over" : ""}`, title: words },
    el("span", { "aria-hidden": "true" }, short),
    el("span", { class: "unseen" }, isOver ? `${words}, too long` : words),
  );
}

/** How much of its limit a text takes; what is over it in another colour. */
export function lengthBar(ruler, spec, text) {
  if (!spec?.limit) return null;
  const length = ruler.measure(text, spec.unit);
  const most = Math.max(spec.limit, length);
  const bar = { "--share": Math.min(1, length / most), "--limit": spec.limit / most };
  const look = `length-bar${length > spec.limit ? " is-over" : ""}`;
  return el(
    "div",
    { class: look, "aria-hidden": "true", vars: bar },
    el("span", { class: "length-bar-fill" }),
  );
}

/** What is wrong with a text, as a list in a list, or nothing. */
export function violationList(found) {
  if (!found?.length) return [];
  const items = found.map((one) => {
    const kind = el("span", { class: "unseen" }, `${one.sev}: `);
    return el(
      "li",
      { class: one.sev },
      icon("warn"),
      el("span", {}, kind, one.msg, " ", el("code", {}, one.r)),
    );
  });
  return [el("ul", { class: "violations" }, items)];
}
