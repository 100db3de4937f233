// The page: draws what the store holds whenever it changes, and carries out what is clicked and typed.

import { act, post, toast } from "./act.js";
import { APP, command, isCommand, submit } from "./app-acts.js";
import { ask, copyRaw, help, raw, show } from "./dialogs.js";
import { dock } from "./dock.js";
import { h, patch } from "./dom.js";
import { showDifference } from "./file.js";
import { keys } from "./keys.js";
import { notion } from "./notion.js";
import { pagerduty } from "./pagerduty.js";
import { rail } from "./rail.js";
import { slack } from "./slack.js";
import { changed, choose, entry, fetched, nameOf, object, onChange, people, refresh, state, watch } from "./store.js";
import { views, watchView } from "./views.js";

const PANES = { slack, pagerduty, notion };
const NAMES = { slack: "Slack", pagerduty: "PagerDuty", notion: "Notion" };
const at = (id) => document.getElementById(id);

function draw() {
  const ends = atTheirEnds();
  rail();
  for (const [name, render] of Object.entries(PANES)) patch(at(name), render());
  patch(at("dock"), dock());
  patch(at("switch"), Object.entries(NAMES).map(([name, words]) => h("button", { type: "button", role: "tab", key: name, do: "pane", with: { name }, "aria-controls": name, "aria-selected": String(state.pane === name) }, words)));
  document.body.dataset.pane = state.pane;
  document.body.dataset.docked = state.docked;
  at("live").textContent = { live: "live", connecting: "connecting", lost: "not connected" }[state.live];
  at("live").dataset.state = state.live;
  persons();
  views();
  for (const one of document.querySelectorAll("[data-stick]")) {
    if (ends.get(one.dataset.key) ?? true) one.scrollTop = one.scrollHeight;
  }
}

// When the pane has less room or more, a list at its end stays there.
const gone = new WeakMap();
document.addEventListener("scroll", ({ target }) => {
  if (target.dataset?.stick) gone.set(target, target.scrollHeight - target.scrollTop - target.clientHeight >= 40);
}, true);
new ResizeObserver(() => {
  for (const one of document.querySelectorAll("[data-stick]")) if (!gone.get(one)) one.scrollTop = one.scrollHeight;
}).observe(at("slack"));

// A list that was at its end stays there when something is added, or when it has less room.
function atTheirEnds() {
  const lists = [...document.querySelectorAll("[data-stick]")];
  return new Map(lists.map((one) => [one.dataset.key, one.scrollHeight - one.scrollTop - one.clientHeight < 40]));
}

function persons() {
  const found = Object.values(people().users).filter((one) => !one.bot && one.email);
  patch(at("person"), found.map((one) => h("option", { value: one.email, key: one.email }, `${one.name}${one.admin ? " (administrator)" : ""}`)));
  if (found.length && !found.some((one) => one.email === state.person)) state.person = found[0].email;
  if (found.length) at("person").value = state.person;
}

// what is clicked ---------------------------------------------------------------------------------------

const DOES = {
  ...APP,
  act: ({ what, given }) => act(what, given),
  choose: ({ id }) => (id ? choose(id) : state.incident && choose(state.incident)),
  open: ({ pane, id }) => { state.open[pane] = id; state.pane = pane; changed(); },
  pane: ({ name }) => { state.pane = name; changed(); },
  dock: ({ name }) => { state.dock = name; state.docked = true; changed(); },
  fold: () => { state.docked = !state.docked; changed(); },
  writes: (_, target) => { state.writes = target.checked; changed(); },
  earlier: ({ id }) => { state.earlier[id] = (state.earlier[id] || 100) + 400; changed(); },
  more: ({ name, most }) => { state.earlier[name] = most; changed(); },
  apply: () => post("/page/apply"),
  diff: (given) => showDifference(given),
  jump: ({ ts }) => document.querySelector(`[data-key="${CSS.escape(ts)}"]`)?.scrollIntoView({ block: "center" }),
  "raw-message": ({ channel, ts }) => raw(`Message ${ts}`, object("slack", channel)?.messages[ts]),
  raw: ({ service, id, title }) => raw(title, object(service, id)),
  call: async ({ number }) => raw(`Call ${number}`, (await fetched(`/page/calls/${number}`)) ?? "it is forgotten"),
  copy: () => copyRaw().then(() => toast("Copied.")),
  "close-raw": () => at("raw").close(),
  "close-dialog": () => at("dialog").close(),
  members: ({ channel }) => show("Members", object("slack", channel).members.map(nameOf)),
  topic: async ({ channel, topic }) => {
    const said = await ask("Topic", [{ name: "topic", label: "Topic of the channel", value: topic }], "Set topic");
    if (said) act("slack.edit_topic", { channel, ...said });
  },
  rename: async ({ channel, name }) => {
    const said = await ask("Rename the channel", [{ name: "name", label: "New name", value: name }], "Rename");
    if (said) act("slack.rename", { channel, ...said });
  },
  bookmark: async ({ channel }) => {
    const said = await ask("Add a bookmark", [{ name: "title", label: "Title" }, { name: "link", label: "Link", value: "https://" }], "Add");
    if (said) act("slack.add_bookmark", { channel, ...said });
  },
  reply: async ({ channel, thread_ts }) => {
    const said = await ask("Reply in the thread", [{ name: "text", label: "Message", rows: 3 }], "Send");
    if (said?.text.trim()) act("slack.post", { channel, thread_ts, ...said });
  },
  edit: async ({ channel, ts, text }) => {
    const said = await ask("Edit the message", [{ name: "text", label: "Message", value: text, rows: 4 }], "Save");
    if (said) act("slack.edit_message", { channel, ts, ...said });
  },
  note: async ({ incident }) => {
    const said = await ask("Add a note", [{ name: "text", label: "Note", rows: 3 }], "Add");
    if (said) act("pagerduty.write_note", { incident, ...said });
  },
  property: async ({ page, name }) => {
    const short = entry(`notion/${page}`);
    const column = entry(`database/${short.database}`).columns.find((one) => one.name === name);
    const choices = column.type === "status" || column.type === "select" ? column.options : null;
    const said = await ask(name, [{ name: "text", label: name, value: short.values[name], options: choices }], "Save");
    if (said) act("notion.set_property", { page, name, ...said });
  },
  "edit-block": (given) => { state.editing = given; changed(); requestAnimationFrame(() => document.querySelector(".editor textarea")?.focus()); },
  "cancel-block": () => { state.editing = null; changed(); },
};

const SENDS = {
  view: submit,
  post: async (form, { channel }) => {
    const text = form.elements.text.value;
    if (!text.trim()) return;
    if (isCommand(text) ? await command(channel, text) : await act("slack.post", { channel, text })) {
      form.elements.text.value = "";
      toEnd(channel);
    }
  },
  "save-block": async (form, { page, block }) => {
    const text = form.elements.text.value;
    const done = block ? await act("notion.edit_block", { page, block, text }) : await act("notion.add_block", { page, text });
    if (done) { state.editing = null; changed(); }
  },
};

function toEnd(channel) {
  const found = document.querySelector(`[data-key="messages-${CSS.escape(channel)}"]`);
  if (found) found.scrollTop = found.scrollHeight;
}

const given = (target) => JSON.parse(target.dataset.with || "{}");

document.addEventListener("click", (event) => {
  const target = event.target.closest("[data-do]");
  for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target) || target) menu.open = false;
  if (!target || target.nodeName === "FORM" || target.nodeName === "DETAILS" || target.disabled) return;
  DOES[target.dataset.do]?.(given(target), target);
});
document.addEventListener("toggle", (event) => {
  const target = event.target;
  if (target.open && target.dataset?.do) DOES[target.dataset.do]?.(given(target), target);
}, true);
document.addEventListener("submit", (event) => {
  event.preventDefault();
  SENDS[event.target.dataset.do]?.(event.target, given(event.target));
});
at("search").addEventListener("input", (event) => { state.query = event.target.value; changed(); });
at("person").addEventListener("change", (event) => { state.person = event.target.value; changed(); });
at("theme").addEventListener("click", () => window.switchTheme());
at("help-button").addEventListener("click", help);

keys({ choose, help, pane: (name) => { state.pane = name; changed(); at(name).focus(); }, dock: DOES.dock, fold: DOES.fold });
watchView(DOES["leave-view"]);
onChange(draw);
state.incident = decodeURIComponent(location.hash.slice(1));
refresh().then(watch);
