// Markdown → DOM nodes. Text only ever becomes text nodes, never HTML, so an answer cannot inject anything.
// Understood: fenced code, headings, lists, quotes, tables, rules, paragraphs; code, bold, italics, strike, links.

const FENCE = /^ {0,3}(`{3,}|~{3,})\s*([\w+#.-]*)/;
const HEADING = /^ {0,3}(#{1,6})\s+(.*?)\s*#*$/;
const RULE = /^ {0,3}([-*_])( *\1){2,} *$/;
const ITEM = /^( *)([-*+]|\d{1,9}[.)])\s+(.*)$/;
const QUOTE = /^ {0,3}> ?(.*)$/;
const TABLE_RULE = /^ *\|?( *:?-+:? *\|)+ *:?-* *:?\|? *$/;

const INLINE = new RegExp(
  [
    "(?<code>(`+)(?<inner>.+?)\\2(?!`))",
    "(?<link>\\[(?<label>[^\\]]+)\\]\\((?<href>[^\\s()]+(?:\\([^\\s()]*\\)[^\\s()]*)*)\\))",
    "(?<url>https?://[^\\s<>()]+[^\\s<>().,;:!?'\"])",
    "(?<strong>\\*\\*(?<bold>\\S(?:.*?\\S)?)\\*\\*)",
    "(?<em>(?<![\\w*])\\*(?<italic>[^\\s*](?:[^*]*[^\\s*])?)\\*(?![\\w*])|(?<!\\w)_(?<under>[^\\s_](?:[^_]*[^\\s_])?)_(?!\\w))",
    "(?<del>~~(?<struck>\\S(?:.*?\\S)?)~~)",
    "(?<escape>\\\\(?<char>[\\\\`*_{}[\\]()#+.!|~>-]))",
  ].join("|"),
  "s",
);

function node(tag, ...children) {
  const element = document.createElement(tag);
  element.append(...children);
  return element;
}

function link(href, ...children) {
  const element = node("a", ...children);
  element.href = href;
  element.target = "_blank";
  element.rel = "noopener noreferrer";
  return element;
}

/** The nodes of a run of text. */
function inline(text) {
  const nodes = [];
  for (let rest = text; rest !== ""; ) {
    const match = INLINE.exec(rest);
    if (!match) return [...nodes, rest];
    if (match.index > 0) nodes.push(rest.slice(0, match.index));
    rest = rest.slice(match.index + match[0].length);
    const found = match.groups;
    if (found.code) nodes.push(node("code", found.inner));
    // Other schemes, such as javascript:, stay text.
    else if (found.link && !/^(https?:|mailto:)/i.test(found.href)) nodes.push(match[0]);
    else if (found.link) nodes.push(link(found.href, ...inline(found.label)));
    else if (found.url) nodes.push(link(found.url, found.url));
    else if (found.strong) nodes.push(node("strong", ...inline(found.bold)));
    else if (found.em) nodes.push(node("em", ...inline(found.italic ?? found.under)));
    else if (found.del) nodes.push(node("del", ...inline(found.struck)));
    else nodes.push(found.char);
  }
  return nodes;
}

const cells = (line) =>
  line
    .trim()
    .replace(/^\||(?<!\\)\|$/g, "")
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim());

function row(tag, line) {
  return node("tr", ...cells(line).map((cell) => node(tag, ...inline(cell))));
}

function codeBlock(lines, start) {
  const [, fence, language] = FENCE.exec(lines[start]);
  let end = start + 1;
  // While it is being written, the closing fence is missing.
  while (
    end < lines.length &&
    !(lines[end].trim().startsWith(fence) && /^[`~]+$/.test(lines[end].trim()))
  )
    end++;
  const block = node("pre", node("code", lines.slice(start + 1, end).join("\n")));
  if (language) block.dataset.language = language;
  return [block, end + 1];
}

function list(lines, start) {
  const [, indent, marker] = ITEM.exec(lines[start]);
  const ordered = /\d/.test(marker);
  const element = node(ordered ? "ol" : "ul");
  if (ordered) element.start = Number.parseInt(marker, 10);
  let at = start;
  while (at < lines.length) {
    const item = ITEM.exec(lines[at]);
    if (!item || item[1].length !== indent.length || /\d/.test(item[2]) !== ordered) break;
    const inner = [item[3]];
    const width = item[0].length - item[3].length;
    for (at++; at < lines.length; at++) {
      const line = lines[at];
      const deeper = line.startsWith(" ".repeat(indent.length + 2));
      if (line.trim() === "" ? !lines[at + 1]?.startsWith(" ".repeat(indent.length + 2)) : !deeper)
        break;
      inner.push(line.slice(Math.min(width, line.length - line.trimStart().length)));
    }
    element.append(node("li", ...blocks(inner, true)));
    // An empty line between two items.
    if (lines[at]?.trim() === "" && ITEM.test(lines[at + 1] ?? "")) at++;
  }
  return [element, at];
}

function quote(lines, start) {
  let end = start;
  while (end < lines.length && QUOTE.test(lines[end])) end++;
  const inner = lines.slice(start, end).map((line) => QUOTE.exec(line)[1]);
  return [node("blockquote", ...blocks(inner)), end];
}

function table(lines, start) {
  let end = start + 2;
  while (end < lines.length && lines[end].includes("|")) end++;
  const body = lines.slice(start + 2, end).map((line) => row("td", line));
  return [node("table", node("thead", row("th", lines[start])), node("tbody", ...body)), end];
}

const isTable = (lines, at) => lines[at].includes("|") && TABLE_RULE.test(lines[at + 1] ?? "");

function startsBlock(lines, at) {
  const line = lines[at];
  return (
    [FENCE, HEADING, RULE, ITEM, QUOTE].some((pattern) => pattern.test(line)) || isTable(lines, at)
  );
}

/** In a tight list an item's first paragraph is not wrapped. */
function paragraph(lines, start, tight) {
  let end = start + 1;
  while (end < lines.length && lines[end].trim() !== "" && !startsBlock(lines, end)) end++;
  const nodes = lines
    .slice(start, end)
    .flatMap((line, index) =>
      index > 0 ? [node("br"), ...inline(line.trim())] : inline(line.trim()),
    );
  return [tight && start === 0 ? nodes : [node("p", ...nodes)], end];
}

function blocks(lines, tight = false) {
  const nodes = [];
  for (let at = 0; at < lines.length; ) {
    const line = lines[at];
    let block;
    if (line.trim() === "") {
      at++;
      continue;
    }
    if (FENCE.test(line)) [block, at] = codeBlock(lines, at);
    else if (HEADING.test(line)) {
      const [, marks, text] = HEADING.exec(line);
      // The page has an h1 of its own.
      block = node(`h${Math.min(marks.length + 1, 6)}`, ...inline(text));
      at++;
    } else if (RULE.test(line)) {
      block = node("hr");
      at++;
    } else if (ITEM.test(line)) [block, at] = list(lines, at);
    else if (QUOTE.test(line)) [block, at] = quote(lines, at);
    else if (isTable(lines, at)) [block, at] = table(lines, at);
    else [block, at] = paragraph(lines, at, tight);
    nodes.push(...[block].flat());
  }
  return nodes;
}

export const render = (text) => blocks(text.replaceAll("\t", "    ").split("\n"));
