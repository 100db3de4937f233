// Notion: the database as a table, or one page with its properties and its text, both to be edited in place.

import { button, h, link } from "./dom.js";
import { all, begun, entry, object, shownHere, state } from "./store.js";

const SHOWN = 100;

export function notion() {
  const found = all("notion").filter((one) => shownHere([one.incident])).sort((a, b) => Number(a.trashed) - Number(b.trashed) || (a.at < b.at ? 1 : -1));
  const open = chosen(found);
  const data = open && object("notion", open);
  return [
    h("div", { class: "pane-head" }, h("h2", null, "Notion"), h("span", { class: "count" }, found.length), h("span", { class: "grow" }),
      open && button("Database", "open", { pane: "notion", id: "-" }, { class: "quiet", key: "back" })),
    open ? (data ? page(open, data) : h("p", { class: "empty" }, "…")) : table(found),
  ];
}

function chosen(found) {
  if (state.open.notion === "-") return "";
  if (state.open.notion) return state.open.notion;
  return state.incident && found.length ? found[0].id : "";
}

function table(found) {
  const database = all("database")[0];
  if (!found.length) return h("p", { class: "empty" }, state.incident ? "This incident has no document." : "The database is empty.");
  const columns = [...database.columns].sort((a, b) => rank(a) - rank(b));
  const { shown, more } = begun("notion", found, SHOWN);
  return h("div", { class: "scroll", key: "table", tabindex: "0", role: "region", "aria-label": `Database ${database.title}` }, h("table", { class: "database" },
    h("thead", null, h("tr", null, columns.map((one) => h("th", { scope: "col" }, one.name)))),
    h("tbody", null, shown.map((one) => h("tr", { key: one.id, class: one.trashed ? "trashed" : null }, columns.map((column) =>
      h("td", null, column.type === "title"
        ? button([h("bdi", null, one.title), one.trashed ? h("span", { class: "flag" }, "in the trash") : ""], "open", { pane: "notion", id: one.id }, { class: "entry-link" })
        : value(column, one.values[column.name]))))))),
    more ? button(`Show ${more} more`, "more", { name: "notion", most: found.length }, { class: "quiet" }) : "");
}

// The title first, then what is chosen from a few, as a table is read.
const rank = (column) => (column.type === "title" ? 0 : column.options.length || column.type === "select" ? 1 : column.type === "date" ? 2 : 3);

function value(column, text) {
  if (!text) return "";
  if (column.options.length || column.type === "status" || column.type === "select") {
    return h("span", { class: `option o-${Math.max(column.options.indexOf(text), 0) % 7}` }, text);
  }
  if (column.type === "date") return text.replace("T", " ").replace(/:\d\d\.000\+00:00/g, "");
  if (column.type === "url") return link(text, text.replace(/^https?:\/\//, ""), { class: "line" });
  return h("bdi", null, text);
}

function page(id, data) {
  const short = entry(`notion/${id}`);
  const trashed = data.page.in_trash;
  const columns = entry(`database/${short?.database}`)?.columns || [];
  const title = columns.find((one) => one.type === "title");
  return h("div", { class: "scroll document", key: `page-${id}` },
    trashed && h("p", { class: "banner" }, "This page is in the trash. ", button("Restore", "act", { what: "notion.restore", given: { page: id } })),
    h("div", { class: "row", key: "tools" }, h("span", { class: "grow" }),
      !trashed && button("Move to trash", "act", { what: "notion.trash", given: { page: id } }, { class: "quiet small" }),
      button("JSON", "raw", { service: "notion", id, title: "Notion page" }, { class: "quiet small" })),
    h("h3", { class: "page-title" }, trashed || !title ? h("bdi", null, short?.title) : button(h("bdi", null, short?.title), "property", { page: id, name: title.name }, { class: "editable", title: "Edit the title" })),
    h("dl", { class: "properties" }, columns.filter((one) => one !== title).map((one) => h("div", { key: one.name }, h("dt", null, one.name), h("dd", null, property(id, one, short?.values[one.name] || "", trashed))))),
    h("div", { class: "blocks" }, data.content.map((one) => block(id, one, trashed))),
    !trashed && (state.editing?.page === id && state.editing.block === "" ? editor() : button("+ Write a line", "edit-block", { page: id, block: "", text: "" }, { class: "quiet add", key: "add" })));
}

function property(page, column, text, trashed) {
  const shown = value(column, text) || h("span", { class: "dim" }, "empty");
  if (trashed) return shown;
  const isLink = column.type === "url" && text;
  const edit = button(isLink ? "Edit" : shown, "property", { page, name: column.name }, { class: isLink ? "quiet small" : "editable", "aria-label": `Edit ${column.name}: ${text || "empty"}` });
  return isLink ? [shown, edit] : edit;
}

function block(page, one, trashed) {
  if (state.editing?.page === page && state.editing.block === one.id) return editor();
  const shown = rendered(one);
  if (trashed) return h("div", { class: `block d-${Math.min(one.depth, 5)}`, key: one.id }, shown);
  return h("div", { class: `block d-${Math.min(one.depth, 5)}`, key: one.id }, shown,
    button("Edit", "edit-block", { page, block: one.id, text: one.text }, { class: "edit", "aria-label": `Edit: ${one.text.slice(0, 60)}` }));
}

function editor() {
  const { page, block, text } = state.editing;
  const area = h("textarea", { name: "text", rows: String(Math.min(10, text.split("\n").length + 1)), "aria-label": "Markdown of this block" });
  area.value = text;
  return h("form", { class: "editor", key: `edit-${block}`, "data-keep": "1", do: "save-block", with: { page, block } }, area,
    h("div", { class: "row" }, h("button", { type: "submit", class: "main" }, "Save"), button("Cancel", "cancel-block", {}), h("span", { class: "dim" }, block ? "Markdown; empty: it goes" : "Markdown")));
}

function rendered(one) {
  const inside = runs(one.runs || []);
  switch (one.kind) {
    case "heading": return h(`h${Math.min(6, 3 + Number(one.marker.length || 1))}`, { class: `n-h${one.marker.length}` }, inside);
    case "divider": return h("hr");
    case "to_do": return h("p", { class: "item" }, h("span", { class: "mark" }, one.marker.trim() ? "☑" : "☐"), h("span", null, inside));
    case "bulleted_list_item": return h("p", { class: "item" }, h("span", { class: "mark" }, "•"), h("span", null, inside));
    case "numbered_list_item": return h("p", { class: "item" }, h("span", { class: "mark" }, `${one.marker}.`), h("span", null, inside));
    case "quote": return h("blockquote", null, inside);
    case "code": return h("pre", null, inside);
    case "table": return h("table", { class: "plain" }, h("tbody", null, one.rows.map((row) => h("tr", null, row.map((cell) => h("td", null, runs(cell)))))));
    case "raw": return h("pre", { class: "dim" }, inside);
    default: return h("p", null, inside.length ? inside : " ");
  }
}

const TAGS = { bold: "strong", italic: "em", strikethrough: "s", underline: "u", code: "code" };

function runs(several) {
  return several.map((one) => {
    let node = one.text.split("\n").map((line, at) => [at ? h("br") : "", line]);
    for (const mark of one.marks) node = h(TAGS[mark], null, node);
    return one.url ? link(one.url, node) : node;
  });
}
