// Slack's markup as nodes: mentions, links, *bold*, _italic_, ~struck~, `code`, quotes, emoji.

import { h, link } from "./dom.js";
import { entry, nameOf, people } from "./store.js";

const EMOJI = {
  white_check_mark: "✅", pager: "📟", fire: "🔥", rotating_light: "🚨", warning: "⚠️", x: "❌", eyes: "👀",
  tada: "🎉", "+1": "👍", lock: "🔒", pushpin: "📌", repeat: "🔁", arrows_counterclockwise: "🔄", memo: "📝",
  link: "🔗", heavy_check_mark: "✔️", large_red_square: "🟥", information_source: "ℹ️", speech_balloon: "💬",
  hourglass_flowing_sand: "⏳", bell: "🔔", no_entry: "⛔", page_facing_up: "📄", telephone_receiver: "📞",
  checkered_flag: "🏁", grey_question: "❔", no_entry_sign: "🚫", wastebasket: "🗑️",
};
const STYLE = /(?<![\w*_~`])([*_~`])(?=\S)([^\n]*?\S)\1(?![\w*_~`])/;
const TAGS = { "*": "strong", _: "em", "~": "s", "`": "code" };

// Slack escapes these three and nothing else.
const unescaped = (text) => text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");

export function plain(text) { return unescaped(text); }

export function mrkdwn(text) {
  const parts = text.split(/```([\s\S]+?)```/);
  return parts.map((part, at) => (at % 2 ? h("pre", null, unescaped(part).trim()) : lines(part)));
}

function lines(text) {
  const shown = [];
  let quoted = [];
  const all = text.split("\n");
  const endQuote = () => {
    if (quoted.length) shown.push(h("blockquote", null, broken(quoted)));
    quoted = [];
  };
  const flow = [];
  const endFlow = () => {
    if (flow.length) shown.push(broken(flow.splice(0)));
  };
  for (const line of all) {
    if (line.startsWith("&gt;")) { endFlow(); quoted.push(line.replace(/^&gt; ?/, "")); }
    else { endQuote(); flow.push(line); }
  }
  endFlow();
  endQuote();
  return shown;
}

const broken = (several) => several.map((line, at) => [at ? h("br") : "", marked(line)]);

// A link may stand within bold text: while styles are looked for, a number between two marks stands for it.
function marked(line) {
  const marks = [];
  const text = line.replace(/[\uE000\uE001]/g, "").replace(/<([^<>]+)>/g, (_, mark) => `\uE000${marks.push(mark) - 1}\uE001`);
  return styled(text, marks);
}

function leaf(text, marks) {
  return text.split(/\uE000(\d+)\uE001/).map((part, at) => (at % 2 ? special(marks[part]) : emoji(unescaped(part))));
}

function special(mark) {
  const [target, words] = split(mark);
  const kind = target[0];
  if (kind === "@") return h("span", { class: "mention" }, `@${plain(words || nameOf(target.slice(1)))}`);
  if (kind === "#") return channel(target.slice(1), words);
  if (kind === "!") return h("span", { class: "mention" }, called(target, words));
  return link(unescaped(target), unescaped(words || target));
}

function split(mark) {
  const at = mark.indexOf("|");
  return at < 0 ? [mark, ""] : [mark.slice(0, at), mark.slice(at + 1)];
}

function channel(id, words) {
  const known = entry(`slack/${id}`);
  const name = `#${plain(words || known?.name || id)}`;
  if (!known) return h("span", { class: "mention" }, name);
  return h("button", { type: "button", class: "mention", do: "open", with: { pane: "slack", id } }, name);
}

function called(target, words) {
  if (target.startsWith("!date^")) return plain(words);
  const group = /^!subteam\^(\w+)/.exec(target);
  if (group) return `@${plain(words.replace(/^@/, "") || people().groups[group[1]] || group[1])}`;
  return `@${plain(words.replace(/^@/, "") || target.slice(1))}`;
}

function styled(text, marks, depth = 0) {
  const shown = [];
  let left = text;
  for (let found = depth < 4 && STYLE.exec(left); found; found = STYLE.exec(left)) {
    const inner = found[1] === "`" ? leaf(found[2], marks) : styled(found[2], marks, depth + 1);
    shown.push(leaf(left.slice(0, found.index), marks), h(TAGS[found[1]], null, inner));
    left = left.slice(found.index + found[0].length);
  }
  return [shown, leaf(left, marks)];
}

export function emoji(text) {
  return text.replace(/:([\w+-]+):/g, (whole, name) => EMOJI[name] || whole);
}
