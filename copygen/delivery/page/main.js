// The page: what was read, what is shown of it, and what each key and button does.

import { BrowserKeeper, Decider, ServerKeeper } from "./decisions.js";
import { Detail } from "./detail.js";
import { askWhether, askWords, showKeys, tell } from "./dialogs.js";
import { byId, counted, debounced, el, figure, icon } from "./dom.js";
import { asPlainText, bulkTargets, Filter } from "./filter.js";
import { FilterPanel } from "./panel.js";
import { List } from "./list.js";
import { Ruler } from "./measure.js";
import { clearPrint, preparePrint } from "./print.js";
import { chartsOf } from "./charts.js";
import { inForce, isDecided, labelOf, Records, violationsOf } from "./records.js";

const NARROW = matchMedia("(max-width: 60rem)");
const STATE_OF = { approve: "approved", reject: "rejected", lock: "locked", draft: "draft", edit: "edited" };
const REASONS_SHOWN = 5;

const setup = JSON.parse(byId("setup").textContent);
const isServed = setup.mode === "server";
const records = new Records(setup);
const ruler = new Ruler(setup.tables);
const filter = new Filter(records);
const keeper = isServed ? new ServerKeeper(records) : new BrowserKeeper(records, reviewer);
const decider = new Decider(records, keeper);
const detail = new Detail(records, ruler, { act, close: () => openDetail(false) });
const list = new List(records, ruler, {
  chosen: (record) => {
    chosenText = null;
    detail.show(record);
    rememberSoon();
  },
  opened: (_record, { byPointer = false } = {}) => { if (!byPointer || NARROW.matches) openDetail(true); },
});
const panel = new FilterPanel(filter, () => refilter({ keepsPlace: false }));
let shown = [];
let chosenText = null;
let side = "";
let isOverview = false;
let isConnected = true;
let reasons = [];

function reviewer() {
  return setup.by || localStorage.getItem("copygen reviewer") || "";
}

/** What is shown, anew; the address keeps it. */
function refilter({ keepsPlace = true } = {}) {
  const found = filter.apply();
  shown = found.shown;
  panel.draw(found.facets, records.isComplete);
  if (!keepsPlace) byId("list").scrollTop = 0;
  if (side) {
    const { columns, rows } = records.groups(shown, side);
    list.show(rows, columns);
  } else list.show(shown.map((record) => [record]));
  drawShown();
  if (isOverview) drawOverview();
  rememberAddress();
}

const rememberSoon = debounced(400, () => records.isComplete && rememberAddress());

function rememberAddress() {
  const parts = filter.toAddress();
  if (side) parts.set("beside", side);
  if (isOverview) parts.set("view", "overview");
  if (list.current && records.isComplete) parts.set("at", `${list.current.k}:${list.current.id}`);
  const address = parts.toString();
  history.replaceState(null, "", address ? `#${address}` : location.pathname + location.search);
}

function drawShown() {
  const all = records.all.length;
  const words = filter.isActive ? `${figure(shown.length)} of ${counted(all, "record")}` : counted(all, "record");
  const bulk = setup.readOnly || !shown.length ? [] : [
    el("button", { type: "button", class: "act act-approve", title: "Approve everything filtered (Shift A)", onclick: () => bulkAct("approve") }, icon("approved"), `Approve all ${figure(shown.length)}`),
    el("button", { type: "button", class: "act act-reject", title: "Reject everything filtered (Shift R)", onclick: () => bulkAct("reject") }, icon("rejected"), "Reject all"),
  ];
  byId("shown").replaceChildren(...[
    el("p", { role: "status" }, records.isComplete ? words : `${words}, reading on…`),
    filter.isActive ? el("button", { type: "button", class: "quiet", onclick: clearFilters }, "Clear filters", el("kbd", {}, "x")) : null,
    el("span", { class: "gap" }), ...bulk].filter(Boolean));
  const nothing = byId("nothing");
  nothing.hidden = shown.length > 0 || !records.isComplete;
  nothing.textContent = records.failure ? `The records cannot be read: ${records.failure}`
    : filter.isActive ? "No record meets the filters." : "There are no records.";
}

function drawProgress() {
  const bar = byId("progress");
  bar.max = Math.max(1, records.texts);
  bar.value = records.decided;
  byId("progress-words").textContent = `${figure(records.decided)} of ${counted(records.texts, "text")} decided`;
}

function drawSaving() {
  const box = byId("saving");
  const waiting = decider.waiting.length;
  if (setup.readOnly) box.replaceChildren(el("span", {}, "Read only"));
  else if (!isServed) drawUnsaved(box);
  else if (decider.failure || !isConnected) {
    box.replaceChildren(el("span", { class: "is-bad" }, waiting ? `${counted(waiting, "decision")} not saved` : "No connection"),
      el("button", { type: "button", class: "quiet", title: decider.failure ?? "", onclick: () => decider.save() }, "Try again"));
  } else box.replaceChildren(el("span", {}, waiting ? `Saving ${figure(waiting)}…` : decider.made ? "All saved" : ""));
}

function drawUnsaved(box) {
  const { unsaved } = keeper;
  box.replaceChildren(el("span", { class: unsaved ? "is-open" : "" }, decider.failure ? `Not kept: ${decider.failure}` : unsaved ? `${figure(unsaved)} not downloaded` : decider.made ? "Downloaded" : ""),
    el("button", { type: "button", class: unsaved ? "primary" : "quiet", title: "Decisions as a file, for copygen import", onclick: download }, icon("save"), "Decisions"));
}

/** The decisions as files, one for each results file; read back by `copygen import`. */
async function download() {
  await decider.save();
  let files = 0;
  for (const [file, { name }] of setup.files.entries()) {
    const lines = keeper.lines(file);
    if (!lines.length) continue;
    const address = URL.createObjectURL(new Blob(lines, { type: "application/x-ndjson" }));
    el("a", { href: address, download: `${name.replace(/\.jsonl$/, "")}.decisions.jsonl` }).click();
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
    files += 1;
  }
  if (!files) { tell("Nothing is decided yet."); return; }
  await keeper.downloaded();
  drawSaving();
  tell(`Read it back with: copygen import DECISIONS ${setup.files[0].name}`, { stays: true });
}

/** The texts a key is about: the chosen one, or all of the record under the cursor. */
function targets() {
  const record = list.current;
  if (!record) return [];
  const texts = chosenText === null ? record.texts : record.texts.slice(chosenText, chosenText + 1);
  return texts.map((text) => ({ record, text }));
}

/** Carries out a decision by name. */
async function act(name, given = targets(), text = null) {
  const wanted = given.filter(({ record }) => !record.orphan);
  if (setup.readOnly || !wanted.length) return;
  if (name === "reject") {
    const reason = await askWords(wanted.length === 1 ? `Reject ${labelOf(wanted[0].text)}` : `Reject ${counted(wanted.length, "text")}`, {
      label: "Reason: the model is told it when the text is made again", confirm: "Reject", suggestions: reasons, value: wanted.length === 1 ? wanted[0].text.why ?? "" : "", danger: true,
    });
    if (reason === null) return;
    rememberReason(reason);
    decide(wanted, "rejected", { reason: reason || undefined });
  } else if (name === "comment") {
    const comment = await askWords("Comment", { label: "For whoever comes after", confirm: "Keep", value: wanted[0].text.note ?? "" });
    if (comment !== null) decideEach(wanted, () => ({ comment: comment || undefined }), "commented on");
  } else if (name === "edit") {
    decideEach(wanted, ({ m }) => (text === m ? { state: "draft", text: undefined, reason: undefined } : { state: "edited", text, reason: undefined }), "edited");
    detail.recheck(wanted[0].record);
  } else decide(wanted, STATE_OF[name], { reason: undefined });
}

function decide(wanted, state, more) {
  decideEach(wanted, () => (state === "draft" || state === "rejected" ? { state, text: undefined, ...more } : { state, ...more }), state === "draft" ? "made a draft again" : state);
}

function decideEach(wanted, change, verb) {
  decider.decide(wanted, change, `${verb} ${counted(wanted.length, "text")}`);
  announce(`${counted(wanted.length, "text")} ${verb}. ${figure(records.decided)} of ${figure(records.texts)} decided.`);
}

function rememberReason(reason) {
  if (reason) reasons = [reason, ...reasons.filter((one) => one !== reason)].slice(0, REASONS_SHOWN);
}

/** Decides about all that is filtered, after saying what that is. */
async function bulkAct(name) {
  if (setup.readOnly) return;
  const state = STATE_OF[name];
  const { targets: wanted, faulty, decided } = bulkTargets(filter, shown, state);
  if (!wanted.length && !faulty.length) { tell("Nothing is left to decide in what is filtered."); return; }
  const lines = [
    `${counted(wanted.length, "text")} of ${counted(shown.length, "record")}${filter.isActive ? `, filtered by ${filter.inWords()}` : ""}.`,
    decided ? `${counted(decided, "text")} stay as decided${state === "draft" ? ": they are locked" : ". Filter by decision to change them; locked ones stay"}.` : null,
  ].filter(Boolean);
  let reason;
  let takesFaulty = false;
  if (name === "reject") {
    reason = await askWords(`Reject ${counted(wanted.length, "text")}?`, { label: "Reason: the model is told it when the texts are made again", confirm: "Reject all", suggestions: reasons, danger: true, hint: lines.join(" ") });
    if (reason === null) return;
    rememberReason(reason);
  } else {
    const boxes = faulty.length ? [{ name: "faulty", words: `Also ${counted(faulty.length, "text")} of records that break a rule` }] : [];
    const said = await askWhether(name === "approve" ? `Approve ${counted(wanted.length, "text")}?` : `Make ${counted(wanted.length, "text")} drafts again?`, { confirm: name === "approve" ? "Approve all" : "Make drafts", lines, boxes });
    if (said === null) return;
    takesFaulty = said.faulty === true;
  }
  decide(takesFaulty ? [...wanted, ...faulty] : wanted, state, { reason: reason || undefined });
  tell(`${counted(wanted.length + (takesFaulty ? faulty.length : 0), "text")} ${state === "draft" ? "made drafts again" : state}.`, { action: "Undo", act: undo });
}

function undo() {
  const words = decider.undo();
  tell(words === null ? "Nothing to undo." : `Undone: ${words}.`);
}

function redo() {
  const words = decider.redo();
  tell(words === null ? "Nothing to redo." : `Done again: ${words}.`);
}

function announce(words) {
  byId("live").textContent = words;
}

function clearFilters() {
  filter.clear();
  byId("search").value = "";
  refilter({ keepsPlace: false });
}

function openDetail(isOpen) {
  document.body.classList.toggle("has-detail-open", isOpen);
  if (isOpen) byId("detail").focus();
  else byId("grid").focus();
}

function showOverview(isWanted) {
  isOverview = isWanted;
  byId("overview").hidden = !isWanted;
  document.body.classList.toggle("is-overview", isWanted);
  byId("overview-button").setAttribute("aria-pressed", String(isWanted));
  if (isWanted) drawOverview();
  else list.redraw();
  rememberAddress();
}

function drawOverview() {
  byId("overview").replaceChildren(el("h2", {}, "Overview"), el("p", { class: "note" }, filter.isActive ? `Of what is filtered: ${filter.inWords()}.` : "Of all records."),
    el("div", { class: "charts" }, chartsOf(shown, records, ruler)));
}

function chooseText(number) {
  const { current } = list;
  if (!current) return;
  chosenText = number > 0 && number <= current.texts.length ? number - 1 : null;
  byId("detail").querySelectorAll("[data-card]").forEach((card, at) => card.classList.toggle("is-chosen", at === chosenText));
  announce(chosenText === null ? "All texts of the record" : labelOf(current.texts[chosenText]));
}

function beside(name) {
  side = name;
  byId("beside").value = name;
  document.body.classList.toggle("is-beside", name !== "");
  refilter();
}

/** Side by side by the next thing that records differ in; then off. */
function turnSides() {
  const names = ["", ...records.sides().map(([name]) => name)];
  if (names.length === 1) { tell("There is nothing to put side by side: one record for each row."); return; }
  beside(names[(names.indexOf(side) + 1) % names.length]);
}

const ON_KEYS = {
  j: () => list.step(1), k: () => list.step(-1), ArrowDown: () => list.step(1), ArrowUp: () => list.step(-1),
  ArrowLeft: () => list.side(-1), ArrowRight: () => list.side(1), PageDown: () => list.page(1), PageUp: () => list.page(-1),
  Home: () => list.go(0), End: () => list.go(list.rows.length - 1),
  n: () => list.find((record) => record.texts.some((text) => !isDecided(text))) || tell("Everything filtered is decided."),
  w: () => list.find((record) => violationsOf(record).length > 0) || tell("Nothing filtered has a warning."),
  a: () => act("approve"), r: () => act("reject"), l: () => act("lock"), d: () => act("draft"), c: () => act("comment"),
  A: () => bulkAct("approve"), R: () => bulkAct("reject"), D: () => bulkAct("draft"),
  e: () => editCurrent(), Enter: () => editCurrent(), u: undo, U: redo,
  "/": () => byId("search").focus(), f: () => toggleFilters(), x: clearFilters, s: turnSides, o: () => showOverview(!isOverview), p: () => print(),
  "?": showKeys,
  y: () => copyText(),
};

function editCurrent() {
  if (!list.current || setup.readOnly) return;
  if (isOverview) showOverview(false);
  openDetail(true);
  detail.edit(list.current.texts[chosenText ?? 0]);
}

async function copyText() {
  const { current } = list;
  if (!current) return;
  await navigator.clipboard?.writeText(chosenText === null ? asPlainText(current) : inForce(current.texts[chosenText]));
  tell("Copied.");
}

function toggleFilters() {
  const isOpen = document.body.classList.toggle(NARROW.matches ? "has-filters-open" : "has-filters-closed");
  if (NARROW.matches ? isOpen : !isOpen) byId("filters").querySelector("input, button")?.focus();
}

function onKey(event) {
  const { target, key } = event;
  if (document.querySelector("dialog[open]")) return;
  const isWriting = target.matches?.("textarea, select, input:not([type=checkbox])");
  if ((event.ctrlKey || event.metaKey) && !event.altKey && !isWriting) {
    const lower = key.toLowerCase();
    if (lower === "z") { event.preventDefault(); (event.shiftKey ? redo : undo)(); }
    if (lower === "y") { event.preventDefault(); redo(); }
    return;
  }
  if (key === "Escape") { onEscape(target); return; }
  if (isWriting || event.ctrlKey || event.metaKey || event.altKey) return;
  const isPressing = target.matches?.("button, a, summary, input") && (key === "Enter" || key === " ");
  const isScrolling = (target.closest?.("#overview") && !/^[a-zA-Z?/]$/.test(key))
    || (target.closest?.("#detail") && /^(Page|Home$|End$| )/.test(key));
  if (isPressing || isScrolling) return;
  if (/^\d$/.test(key)) { chooseText(Number(key)); return; }
  const onKeyAct = ON_KEYS[key];
  if (!onKeyAct) return;
  event.preventDefault();
  onKeyAct();
}

function onEscape(target) {
  if (target === byId("search")) { byId("grid").focus(); return; }
  if (document.body.classList.contains("has-filters-open")) document.body.classList.remove("has-filters-open");
  openDetail(false);
}

function tools() {
  const tool = (id, sign, words, press) => el("button", { type: "button", id, class: "tool", title: words, "aria-label": words, onclick: press }, icon(sign));
  const buttons = [
    tool("filters-button", "filter", "Filters (f)", toggleFilters),
    setup.readOnly ? null : tool("undo-button", "undo", "Undo (u)", undo),
    setup.readOnly ? null : tool("redo-button", "redo", "Redo (Shift U)", redo),
    tool("overview-button", "chart", "Overview (o)", () => showOverview(!isOverview)),
    tool("keys-button", "help", "Keys (?)", showKeys),
  ];
  byId("tools").replaceChildren(...buttons.filter(Boolean));
  byId("overview-button").setAttribute("aria-pressed", "false");
  if (!isServed && !setup.by) {
    const name = el("input", { class: "by", placeholder: "Your name", "aria-label": "Your name, kept with your decisions", value: reviewer(), autocomplete: "name", maxlength: 80, oninput: (event) => localStorage.setItem("copygen reviewer", event.target.value.trim()) });
    byId("tools").prepend(name);
  }
}

function drawUndo() {
  if (setup.readOnly) return;
  byId("undo-button").disabled = !decider.canUndo;
  byId("redo-button").disabled = !decider.canRedo;
}

function drawSides() {
  const sides = records.sides();
  byId("beside-label").hidden = sides.length === 0;
  byId("beside").replaceChildren(el("option", { value: "" }, "off"), ...sides.map(([value, words]) => el("option", { value }, words)));
  byId("beside").value = side;
}

/** After a reload: the same filters, the same record. */
function comeBack(parts) {
  drawSides();
  byId("search").value = filter.query;
  const wanted = parts.get("beside");
  if (wanted && records.sides().some(([name]) => name === wanted)) beside(wanted);
  else refilter();
  const [, file, id] = /^(\d+):(.*)$/s.exec(parts.get("at") ?? "") ?? [];
  const record = file === undefined ? undefined : records.find(Number(file), id);
  const row = record ? list.rows.findIndex((one) => one.includes(record)) : -1;
  if (row >= 0) list.go(row, list.rows[row].indexOf(record));
  if (parts.get("view") === "overview") showOverview(true);
}

function onConflicts(conflicts) {
  for (const { record, text, now, mine } of conflicts.slice(0, 3))
    tell(`${now.by || "Somebody"} decided on ${record.id}, ${labelOf(text)}, before you: ${now.state}${now.reason ? ` (${now.reason})` : ""}. That stands.`, {
      stays: true, action: "Put mine in its place", act: () => decider.decide([{ record, text }], () => mine, "decided again on 1 text"),
    });
  if (conflicts.length > 3) tell(`${figure(conflicts.length - 3)} more texts were decided by somebody else before you.`, { stays: true });
}

async function begin() {
  document.title = `${setup.title} – copygen`;
  byId("title").textContent = setup.title;
  byId("subtitle").textContent = setup.subtitle ?? "";
  tools();
  const parts = new URLSearchParams(location.hash.slice(1));
  filter.fromAddress(parts);
  document.addEventListener("keydown", onKey);
  byId("search").addEventListener("input", debounced(120, (event) => { filter.query = event.target.value.trim(); refilter({ keepsPlace: false }); }));
  byId("beside").addEventListener("change", (event) => beside(event.target.value));
  addEventListener("beforeprint", () => preparePrint(shown, records, ruler, filter.inWords()));
  addEventListener("afterprint", clearPrint);
  addEventListener("beforeunload", (event) => {
    if (detail.isEditing || decider.waiting.length || keeper.unsaved) event.preventDefault();
  });
  addEventListener("hashchange", () => {
    const given = new URLSearchParams(location.hash.slice(1));
    filter.fromAddress(given);
    comeBack(given);
  });
  decider.changed.on(drawChanged);
  decider.saving.on(drawSaving);
  decider.conflicted.on(onConflicts);
  const drawn = throttledWhileReading();
  records.grown.on(drawn);
  drawUndo();
  await records.load();
  if (!isServed) await keeper.recall(decider);
  comeBack(parts);
  drawProgress();
  drawSaving();
  if (isServed) keeper.listen(decider, (state) => { isConnected = state; drawSaving(); });
  if (setup.left) tell(`${figure(setup.left)} more records are not shown: choose some with --status, --where or --sample.`, { stays: true });
  performance.mark("all records");
  document.documentElement.dataset.ready = "yes";
  if (document.activeElement === document.body) byId("grid").focus();
}

const changedRecords = new Set();

/** Draws what was decided, once for everything that comes in one turn: news come by the thousand. */
function drawChanged(changed) {
  if (!changedRecords.size) setTimeout(() => {
    list.redraw(changedRecords);
    if (changedRecords.has(detail.record)) detail.draw();
    changedRecords.clear();
    drawProgress();
    drawUndo();
    recount();
  });
  for (const record of changed) changedRecords.add(record);
}

/** Counts of the filters follow the decisions; the rows stay until the filter is chosen anew. */
const recount = debounced(150, () => panel.draw(filter.apply().facets, records.isComplete));

/** While records come in, the first piece is drawn at once and then a few times a second. */
function throttledWhileReading() {
  let last = -Infinity;
  return () => {
    if (records.isComplete || performance.now() - last < 400 + records.all.length / 100) return;
    refilter();
    drawProgress();
    if (last < 0) performance.mark("first rows");
    last = performance.now();
  };
}

void begin();
