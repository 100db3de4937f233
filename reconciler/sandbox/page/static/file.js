// The incident files; of one incident its text, and its history as Git has it: decisions and what they caused.

import { button, h } from "./dom.js";
import { all, begun, changed, entry, fetched, inFull, shownHere, state } from "./store.js";
import { whole } from "./when.js";

const SHOWN = 100;
const differences = new Map();

export function file() {
  const about = entry("repository/here");
  if (!about) return h("p", { class: "empty" }, "No incident repository is known here: reconciler sandbox --repository DIR");
  const note = about.note && h("p", { class: "notice" }, about.note);
  const one = state.incident && all("file").find((each) => each.first === state.incident);
  if (one) return [note, inside(one)];
  if (state.incident) return [note, h("p", { class: "empty" }, "No file in this repository has this incident.")];
  return [note, h("p", { class: "dim" }, `${about.folder} · ${about.branch || "no branch"} · ${(about.revision || "").slice(0, 12)}`), list()];
}

function list() {
  const found = all("file").filter((one) => shownHere([one.first])).sort((a, b) => (a.id < b.id ? 1 : -1));
  const { shown, more } = begun("files", found, SHOWN);
  return [h("table", { class: "files" }, h("thead", null, h("tr", null, ["File", "Severity", "Status", "Title"].map((one) => h("th", { scope: "col" }, one)))),
    h("tbody", null, shown.map((one) => h("tr", { key: one.id },
      h("td", null, button(one.path, "choose", { id: one.first }, { class: "entry-link mono" }), one.uncommitted && h("span", { class: "flag" }, "uncommitted")),
      h("td", null, one.severity), h("td", null, one.status), h("td", null, h("bdi", null, one.problem || one.title)))))),
  more ? button(`Show ${more} more`, "more", { name: "files", most: found.length }, { class: "quiet" }) : ""];
}

function inside(one) {
  // What runs did to it is in the repository and not in the file: with either, the story is another.
  const rev = Math.max(one.rev, entry("repository/here").rev);
  const data = inFull(`file/${one.id}`, `/page/file/${encodeURIComponent(one.id)}`, rev);
  if (!data) return h("p", { class: "empty" }, "…");
  return h("div", { class: "file", key: one.id },
    h("div", { class: "file-text", key: "text" }, h("p", { class: "row" }, h("b", { class: "mono" }, data.path), one.uncommitted && h("span", { class: "flag" }, "uncommitted edits")),
      one.problem && h("p", { class: "notice" }, one.problem), h("pre", { class: "yaml", tabindex: "0" }, yaml(data.text))),
    h("div", { class: "file-story", key: "story" }, h("b", null, "History"), data.note && h("p", { class: "notice" }, data.note),
      h("ol", { class: "story" }, data.events.map((each) => event(data.id, each)))));
}

function yaml(text) {
  return text.split("\n").map((line) => {
    const found = /^(\s*(?:- )?)([\w.-]+)(:)(.*)$/.exec(line);
    if (/^\s*#/.test(line)) return [h("span", { class: "y-note" }, line), "\n"];
    return found ? [found[1], h("span", { class: "y-key" }, found[2]), found[3], found[4], "\n"] : [line, "\n"];
  });
}

function event(id, one) {
  const effect = one.kind === "effect";
  return h("li", { key: `${one.commit} ${one.note}`, class: one.kind },
    h("p", { class: "row wrap" }, h("span", { class: "flag" }, effect ? "applied" : "decided"),
      h("b", null, h("bdi", null, effect ? `${one.effects.length} ${one.effects.length === 1 ? "effect" : "effects"}` : one.subject)),
      h("code", { class: "dim" }, one.commit.slice(0, 12))),
    h("p", { class: "dim" }, h("bdi", null, effect ? "" : `${one.who} · `), whole(one.at)),
    one.changes.length || one.effects.length ? h("ul", { class: "told" }, one.changes.map(change), one.effects.map((each) => h("li", null, each))) : "",
    one.note && h("p", { class: "notice" }, one.note),
    one.trailers?.length ? h("p", { class: "trailers" }, one.trailers.map(([name, value]) => h("span", null, h("b", null, `${name}:`), ` ${value}`))) : "",
    !effect && h("details", { key: "diff", do: "diff", with: { id, commit: one.commit } }, h("summary", null, "As Git shows it"), difference(one.commit)));
}

function change({ field, before, after }) {
  const told = (value) => (value === null || value === undefined || value === "" ? "nothing" : typeof value === "string" ? value : JSON.stringify(value));
  return h("li", null, h("b", null, field), " ", h("bdi", null, before === null || before === undefined ? told(after) : `${told(before)} → ${told(after)}`));
}

function difference(commit) {
  const text = differences.get(commit);
  if (text === undefined) return "";
  return h("pre", { class: "diff" }, text.split("\n").map((line) =>
    h("span", { class: line.startsWith("+") ? "plus" : line.startsWith("-") ? "minus" : line.startsWith("@@") ? "hunk" : null }, `${line}\n`)));
}

export function showDifference({ id, commit }) {
  if (differences.has(commit)) return;
  fetched(`/page/file/${encodeURIComponent(id)}/${commit}`).then((found) => {
    differences.set(commit, found?.diff ?? "");
    changed();
  });
}
