// The reconciler's part, below the services: its plan, the file with its history, and the calls.

import { calls } from "./calls.js";
import { button, h } from "./dom.js";
import { file } from "./file.js";
import { all, entry, fetched, changed, state } from "./store.js";
import { seconds } from "./when.js";

const TABS = { plan: "Plan", file: "File and history", calls: "Calls" };

export function dock() {
  const tabs = Object.entries(TABS).map(([name, words]) => h("button", {
    type: "button", role: "tab", id: `tab-${name}`, do: "dock", with: { name }, key: name, "aria-controls": "dock-body",
    "aria-selected": String(state.docked && state.dock === name), tabindex: state.dock === name ? "0" : "-1",
  }, words, name === "plan" && badge()));
  return [
    h("div", { class: "dock-head", key: "head" }, h("div", { role: "tablist", "aria-label": "The reconciler" }, tabs), h("span", { class: "grow" }), beside(),
      button(state.docked ? "Fold" : "Unfold", "fold", {}, { class: "quiet small", "aria-expanded": String(state.docked), title: "d" })),
    state.docked && h("div", { id: "dock-body", key: `body-${state.dock}`, class: `dock-body in-${state.dock}`, role: "tabpanel", "aria-labelledby": `tab-${state.dock}`, tabindex: "0" }, inside()),
  ];
}

function inside() {
  if (state.dock === "calls") return calls();
  if (state.dock === "file") return file();
  return plan();
}

function badge() {
  const counts = entry("plan/next")?.counts || {};
  const number = state.incident ? counts[state.incident] || 0 : Object.values(counts).reduce((sum, one) => sum + one, 0);
  return number ? h("span", { class: "drift" }, number) : "";
}

function beside() {
  const short = entry("plan/next");
  if (!short?.applies || state.dock !== "plan") return "";
  return button(short.applying ? "Applying…" : "Apply now", "apply", {}, { class: "main small", key: "apply", disabled: Boolean(short.applying) });
}

function known() {
  const rev = entry("plan/next")?.rev || 0;
  if ((state.plan?.asked || 0) < rev) {
    state.plan = { ...state.plan, asked: rev };
    fetched("/page/plan").then((found) => { state.plan = { ...found, asked: rev }; changed(); }).catch(() => { state.plan = null; });
  }
  return state.plan;
}

function plan() {
  if (!all("repository").length) return outside();
  const { plan: made, last } = known() || {};
  if (!made || made.state === "none") return h("p", { class: "empty" }, all("file").length > 20 ? `Making a plan for ${all("file").length} incidents; this takes a while…` : "Making a plan…");
  const groups = made.groups.filter((one) => !state.incident || one.incident === state.incident || !one.incident);
  return [
    made.notices.map((one) => h("p", { class: "notice" }, one)),
    h("p", { class: `summary ${made.state}` }, words(made, groups), made.at && h("span", { class: "dim" }, ` planned at ${seconds(made.at)} UTC`)),
    groups.map((one) => h("section", { class: "group", key: one.incident || "-" },
      !state.incident && one.incident && h("h3", null, button(one.incident, "choose", { id: one.incident }, { class: "quiet" })),
      h("ul", { class: "lines" }, one.lines.map(line)))),
    !last && applied(),
    last && h("details", { key: "last", class: "last" }, h("summary", null, `What the last apply did, at ${seconds(last.at)} UTC`), h("ul", { class: "lines" }, last.lines.map(line))),
  ];
}

// What the loop did last, wherever it runs: it leaves that in Git.
function applied() {
  const done = all("repository")[0]?.applied;
  if (!done) return "";
  return h("details", { key: "applied", class: "last" }, h("summary", null, `The last apply made ${done.number} ${done.number === 1 ? "change" : "changes"}, at ${seconds(done.at)} UTC`),
    h("ul", { class: "lines columns" }, done.effects.map((one) => h("li", null, h("bdi", null, one))), done.number > done.effects.length && h("li", { class: "dim" }, `and ${done.number - done.effects.length} more`)));
}

function words(made, groups) {
  if (!state.incident || made.state !== "ready") return made.summary;
  const changes = groups.reduce((sum, one) => sum + one.changes, 0);
  if (changes) return `${changes} ${changes === 1 ? "change" : "changes"} to make for this incident.`;
  return groups.length ? "Nothing that can be done now." : "In sync: nothing to do for this incident.";
}

// `  + slack topic             SEV1 · …` as symbol, thing and what happens to it.
const LINE = /^ {2}(\S) (.+?) {2,}(.*)$/;

function line(one) {
  const found = LINE.exec(one.text);
  if (!found) return h("li", { class: `line-more ${one.style}` }, h("bdi", null, one.text.trim()));
  return h("li", { class: `line-change ${one.style}` }, h("span", { class: "symbol" }, found[1]), h("span", { class: "thing" }, found[2]), h("bdi", { class: "what" }, found[3]));
}

function outside() {
  return h("div", { class: "empty" },
    h("p", null, "No incident repository is known here, so there is no plan to show."),
    h("p", null, "Start the sandbox inside one, or name it: ", h("code", null, "reconciler sandbox --repository DIR"), ". For a whole story: ", h("code", null, "reconciler demo"), "."));
}
