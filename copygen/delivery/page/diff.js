// What a person changed in the model's text, word by word.

import { el } from "./dom.js";

const words = new Intl.Segmenter("en", { granularity: "word" });
const MOST_CELLS = 4_000_000; // of the table below: 2 000 words against 2 000 take 30 ms

/** `[kind, text]` in order; kind is "same", "gone" or "new". Thai and Japanese have words here, too. */
export function difference(before, after) {
  const a = Array.from(words.segment(before), (part) => part.segment);
  const b = Array.from(words.segment(after), (part) => part.segment);
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end])
    end += 1;
  const found = [];
  push(found, "same", a.slice(0, start).join(""));
  middle(found, a.slice(start, a.length - end), b.slice(start, b.length - end));
  push(found, "same", a.slice(a.length - end).join(""));
  return found;
}

/** The longest common subsequence of what differs. */
function middle(found, a, b) {
  if (a.length * b.length > MOST_CELLS) {
    push(found, "gone", a.join(""));
    push(found, "new", b.join(""));
    return;
  }
  const width = b.length + 1;
  const longest = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i -= 1)
    for (let j = b.length - 1; j >= 0; j -= 1)
      longest[i * width + j] =
        a[i] === b[j]
          ? longest[(i + 1) * width + j + 1] + 1
          : Math.max(longest[(i + 1) * width + j], longest[i * width + j + 1]);
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      push(found, "same", a[i]);
      i += 1;
      j += 1;
    } else if (
      j >= b.length ||
      (i < a.length && longest[(i + 1) * width + j] >= longest[i * width + j + 1])
    ) {
      push(found, "gone", a[i]);
      i += 1;
    } else {
      push(found, "new", b[j]);
      j += 1;
    }
  }
}

function push(found, kind, text) {
  if (!text) return;
  const last = found[found.length - 1];
  if (last && last[0] === kind) last[1] += text;
  else found.push([kind, text]);
}

const TAGS = { same: "span", gone: "del", new: "ins" };

/** The difference as elements that say what they are to screen readers. */
export function drawnDifference(before, after, attributes) {
  const parts = difference(before, after).map(([kind, text]) => el(TAGS[kind], {}, text));
  return el("p", { class: "difference", ...attributes }, parts);
}
