// The keyboard: single keys where nothing is being typed, Enter to send, arrows along tabs and lists.

import { changed, choose, matching, state } from "./store.js";

const at = (id) => document.getElementById(id);
const typing = (target) => target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");

export function keys({ help, pane, dock, fold }) {
  const SINGLE = {
    "/": () => at("search").focus(),
    "?": help,
    j: () => step(1),
    k: () => step(-1),
    1: () => pane("slack"),
    2: () => pane("pagerduty"),
    3: () => pane("notion"),
    m: () => document.querySelector(".composer textarea")?.focus(),
    p: () => show(dock, "plan"),
    f: () => show(dock, "file"),
    c: () => show(dock, "calls"),
    d: fold,
    t: () => window.switchTheme(),
  };
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") return escape(event);
    if (typing(event.target)) return send(event);
    if (along(event) || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return undefined;
    const single = SINGLE[event.key];
    if (single) {
      event.preventDefault();
      single();
    }
    return undefined;
  });
}

function show(dock, name) {
  dock({ name });
  requestAnimationFrame(() => at("dock-body")?.focus());
}

function step(by) {
  const found = matching();
  if (!found.length) return;
  const here = found.findIndex((one) => one.first === state.incident);
  const next = found[here < 0 ? (by > 0 ? 0 : found.length - 1) : Math.min(found.length - 1, Math.max(0, here + by))];
  if (next.first !== state.incident) choose(next.first);
  requestAnimationFrame(() => document.querySelector(`#rail [data-key="${CSS.escape(next.first)}"] button`)?.scrollIntoView({ block: "nearest" }));
}

function escape(event) {
  if (document.querySelector("dialog[open]")) return;
  const menu = document.querySelector("details.menu[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  } else if (state.editing) {
    state.editing = null;
    changed();
  } else if (typing(event.target)) {
    if (event.target.id === "search" && event.target.value) {
      event.target.value = "";
      state.query = "";
      changed();
    } else event.target.blur();
  } else if (state.incident) choose(state.incident);
}

// Enter sends a message, Ctrl-Enter saves a block; in the search, down goes to what was found.
function send(event) {
  const form = event.target.form;
  if (event.key === "ArrowDown" && event.target.id === "search") {
    event.preventDefault();
    document.querySelector("#rail ul button")?.focus();
  }
  if (event.target.nodeName !== "TEXTAREA" || event.key !== "Enter" || !form) return;
  const sends = form.dataset.do === "post" ? !event.shiftKey : event.ctrlKey || event.metaKey;
  if (sends && !event.isComposing) {
    event.preventDefault();
    form.requestSubmit();
  }
}

// Arrow keys move along a row of tabs, and up and down the lists.
function along(event) {
  const tab = event.target.closest("[role=tab]");
  const by = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
  if (!by) return false;
  if (tab && /Left|Right/.test(event.key)) return move([...tab.parentElement.querySelectorAll("[role=tab]")], tab, by, true);
  const list = event.target.closest("#rail ul, ul.list");
  if (list && /Up|Down/.test(event.key)) {
    event.preventDefault();
    return move([...list.querySelectorAll("button")], event.target, by, false);
  }
  return false;
}

function move(several, from, by, click) {
  const next = several[several.indexOf(from) + by];
  if (next) {
    next.focus();
    if (click) next.click();
  }
  return true;
}
