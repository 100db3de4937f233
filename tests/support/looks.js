// What a test asks of the page as it is drawn: texts that are hard to read, things without a name, focus.
({
  // Texts whose contrast with what is behind them is below WCAG's AA.
  weak() {
    const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    const rgba = (colour) => {
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = colour;
      canvas.fillRect(0, 0, 1, 1);
      const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
      return [r, g, b, a / 255];
    };
    const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
    const linear = (value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
    const light = ([r, g, b]) => 0.2126 * linear(r / 255) + 0.7152 * linear(g / 255) + 0.0722 * linear(b / 255);
    const behind = (element) => {
      const layers = [];
      for (let at = element; at; at = at.parentElement) {
        layers.push(rgba(getComputedStyle(at).backgroundColor));
        if (layers.at(-1)[3] === 1) break;
      }
      return layers.reverse().reduce((below, top) => over(top, below), [255, 255, 255, 1]);
    };
    const weak = new Set();
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const element = walker.currentNode.parentElement;
      const shown = element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
      if (!shown || !walker.currentNode.nodeValue.trim()) continue;
      if (element.closest(":disabled, .hidden, option, .away, .trashed, noscript")) continue;
      const style = getComputedStyle(element);
      const ground = behind(element);
      const [dark, bright] = [light(ground), light(over(rgba(style.color), ground))].sort((a, b) => a - b);
      const ratio = (bright + 0.05) / (dark + 0.05);
      const size = parseFloat(style.fontSize);
      const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
      if (ratio < (large ? 3 : 4.5)) {
        weak.add(`${ratio.toFixed(2)} ${element.className}: ${walker.currentNode.nodeValue.slice(0, 40)}`);
      }
    }
    return [...weak];
  },

  // What can be used and has no name, an id that is there twice, a name that points nowhere, a broken list.
  unnamed() {
    const name = (one) =>
      one.getAttribute("aria-label") || one.labels?.[0]?.textContent || one.textContent || one.title || one.placeholder;
    const found = [];
    const usable = "button, a[href], input, select, textarea, summary, [role=tab], [tabindex='0']";
    for (const one of document.querySelectorAll(usable)) {
      if (one.checkVisibility() && !name(one)?.trim()) found.push(one.outerHTML.slice(0, 120));
    }
    const ids = [...document.querySelectorAll("[id]")].map((one) => one.id);
    for (const id of new Set(ids)) if (ids.filter((one) => one === id).length > 1) found.push(`twice: ${id}`);
    for (const one of document.querySelectorAll("[aria-labelledby]")) {
      if (!document.getElementById(one.getAttribute("aria-labelledby"))) found.push(one.outerHTML.slice(0, 120));
    }
    for (const list of document.querySelectorAll("ul, ol")) {
      for (const child of list.children) if (child.nodeName !== "LI") found.push(`${child.nodeName} in a list`);
    }
    return found;
  },

  // What has the focus: its name, and whether that is seen.
  focused() {
    const one = document.activeElement;
    if (one === document.body) return ["", true];
    const style = getComputedStyle(one);
    const name = one.getAttribute("aria-label") || one.innerText || one.id;
    return [name.trim(), style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0];
  },

  // Attributes that could run or dress something.
  active() {
    const names = [...document.querySelectorAll("*")].flatMap((one) => one.getAttributeNames());
    return names.filter((one) => one.startsWith("on") || one === "style");
  },
})
