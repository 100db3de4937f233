// What opens above the page: a question, an object's raw JSON, the keyboard's shortcuts.

import { button, h, patch } from "./dom.js";

const LONGEST = 300_000;

// Ask for values; `fields` are {name, label, value, rows, type}. The answer is null when it was called off.
export function ask(title, fields, word, note, no = "Cancel") {
  const dialog = document.getElementById("dialog");
  const inputs = fields.map((one) => field(one));
  const form = h("form", { class: "ask" }, h("h2", null, title), note && h("p", { class: "dim" }, note), inputs,
    h("div", { class: "row end" }, h("button", { type: "button", value: "no" }, no),
      h("button", { type: "submit", class: "main" }, word)));
  patch(dialog);
  dialog.append(form);
  return new Promise((resolve) => {
    let answer = null;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      answer = Object.fromEntries(new FormData(form));
      dialog.close();
    });
    form.querySelector("[value=no]").addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => resolve(answer), { once: true });
    dialog.showModal();
    (form.querySelector("input, textarea, select") || form.querySelector(".main")).focus();
  });
}

function field({ name, label, value, rows, type, options }) {
  let input;
  if (options) {
    input = h("select", { name }, h("option", { value: "" }, "—"),
      options.map((one) => h("option", { value: one, selected: one === value }, one)));
  } else if (rows) {
    input = h("textarea", { name, rows });
    input.value = value || "";
    input.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) input.form.requestSubmit();
    });
  } else {
    input = h("input", { name, type: type || "text", autocomplete: "off" });
    input.value = value || "";
  }
  return h("label", { class: "field" }, h("span", null, label), input);
}

// Choose one of a few things, {id, name}; null when it was called off.
export function pick(title, things) {
  const dialog = document.getElementById("dialog");
  patch(dialog);
  const chosen = (id) => () => { dialog.returnValue = id; dialog.close(id); };
  const buttons = things.map((one) => h("button", { type: "button" }, one.name));
  buttons.forEach((one, at) => one.addEventListener("click", chosen(things[at].id)));
  dialog.append(h("div", { class: "ask" }, h("h2", null, title), buttons,
    h("div", { class: "row end" }, button("Cancel", "close-dialog", {}))));
  return new Promise((resolve) => {
    dialog.returnValue = "";
    dialog.addEventListener("close", () => resolve(dialog.returnValue || null), { once: true });
    dialog.showModal();
    buttons[0]?.focus();
  });
}

// A plain list.
export function show(title, lines) {
  const dialog = document.getElementById("dialog");
  patch(dialog);
  dialog.append(h("div", { class: "ask" }, h("h2", null, title), h("ul", { class: "plain-list" }, lines.map((one) => h("li", null, h("bdi", null, one)))),
    h("div", { class: "row end" }, button("Close", "close-dialog", {}, { class: "main" }))));
  dialog.showModal();
}

export function raw(title, data) {
  const drawer = document.getElementById("raw");
  const whole = JSON.stringify(data, null, 2) ?? "null";
  const text = whole.length > LONGEST ? whole.slice(0, LONGEST) : whole;
  const left = whole.length - text.length;
  patch(drawer);
  drawer.append(
    h("div", { class: "row" }, h("h2", null, title), h("span", { class: "grow" }),
      button("Copy", "copy", {}), button("Close", "close-raw", {})),
    h("pre", { class: "json", tabindex: "0" }, coloured(text)),
    left ? h("p", { class: "dim" }, `… and ${left} more characters; Copy takes all of it`) : "",
  );
  drawer.dataset.whole = whole;
  if (!drawer.open) drawer.showModal();
}

export async function copyRaw() {
  await navigator.clipboard.writeText(document.getElementById("raw").dataset.whole);
}

const TOKEN = /("(?:\\.|[^"\\])*")(\s*:)?|\b(true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

function coloured(text) {
  const parts = [];
  let at = 0;
  for (const found of text.matchAll(TOKEN)) {
    parts.push(text.slice(at, found.index));
    const kind = found[1] ? (found[2] ? "name" : "text") : found[3] ? "word" : "number";
    parts.push(h("span", { class: `j-${kind}` }, found[0]));
    at = found.index + found[0].length;
    if (parts.length > 20_000) break;
  }
  return [parts, text.slice(at)];
}

const KEYS = [
  ["/", "filter by incident"], ["j  k", "next, previous incident"], ["Esc", "all incidents again; close"],
  ["1  2  3", "to Slack, PagerDuty, Notion"], ["m", "write a message"],
  ["p  f  c", "plan, file and history, calls"], ["d", "fold the reconciler's part away"],
  ["t", "light or dark"], ["?", "this list"],
];

export function help() {
  const dialog = document.getElementById("dialog");
  patch(dialog);
  dialog.append(
    h("div", { class: "ask" },
      h("h2", null, "Keyboard"),
      h("dl", { class: "keys" }, KEYS.map(([key, words]) =>
        [h("dt", null, key.split("  ").map((one) => h("kbd", null, one))), h("dd", null, words)])),
      h("p", { class: "dim" }, "Tab reaches everything else. What you do here you do as a person, and the plan below ",
        "shows what the reconciler will make of it."),
      h("div", { class: "row end" }, button("Close", "close-dialog", {}, { class: "main" }))),
  );
  if (!dialog.open) dialog.showModal();
}
