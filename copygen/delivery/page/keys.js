// Keys: what each does is one table; here is when it is not meant.

import { byId } from "./dom.js";

/** Has every key of `table` carried out, a digit by `digit`, Ctrl-Z and Ctrl-Y by `undo` and `redo`. */
export function listenToKeys(table, { digit, undo, redo, escape }) {
  document.addEventListener("keydown", (event) => {
    if (document.querySelector("dialog[open]")) return;
    const isWriting = event.target.matches?.("textarea, select, input:not([type=checkbox])");
    const isCommand = event.ctrlKey || event.metaKey;
    const act = isCommand && !event.altKey && !isWriting ? commandOf(event, undo, redo) : null;
    if (act) {
      event.preventDefault();
      act();
    } else if (event.key === "Escape") escape(event.target);
    else if (!isWriting && !isCommand && !event.altKey && !isForItself(event)) {
      const keyAct = /^\d$/.test(event.key) ? () => digit(Number(event.key)) : table[event.key];
      if (!keyAct) return;
      event.preventDefault();
      keyAct();
    }
  });
}

function commandOf({ key, shiftKey }, undo, redo) {
  const lower = key.toLowerCase();
  if (lower === "y") return redo;
  return lower === "z" ? (shiftKey ? redo : undo) : null;
}

/** Whether the key presses what has the focus, or scrolls it. */
function isForItself({ target, key }) {
  const isPressing = target.matches?.("button, a, summary, input") && (key === "Enter" || key === " ");
  const scrolls = /^(Page|Home$|End$| $)/.test(key);
  const isScrolling = scrolls && target.closest?.("#detail, #overview");
  const isArrow = key.startsWith("Arrow") && byId("overview").contains(target);
  return isPressing || isScrolling || isArrow;
}
