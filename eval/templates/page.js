"use strict";
(async () => {
  const PAGE = 40;
  const byId = (id) => document.getElementById(id);
  const root = document.documentElement;

  byId("theme").addEventListener("click", () => {
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
  });

  // every text of a dialogue or a system goes in as text, never as markup
  const element = (tag, name, text, ...children) => {
    const made = document.createElement(tag);
    if (name) made.className = name;
    if (text !== null && text !== undefined) { made.textContent = text; made.dir = "auto"; }
    made.append(...children);
    return made;
  };

  const read = async () => {
    const packed = Uint8Array.from(atob(byId("data").textContent.trim()), (c) => c.charCodeAt(0));
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
    return JSON.parse(await new Response(stream).text());
  };

  const data = await read();
  const words = (name) => name.replaceAll("_", " ");
  const fold = (text) => String(text).toLowerCase().replaceAll("ё", "е");
  const haystacks = data.questions.map(([row, given]) => fold([row[0], row[1], row[3], row[4], ...given.map((a) => (a ? a[0] : ""))].join("\n")));

  const fill = (id, options) => { for (const [value, text] of options) byId(id).append(new Option(text, value)); };
  const types = [...new Set(data.questions.map(([row]) => row[2]).filter(Boolean))].sort();
  fill("type", types.map((t) => [t, data.types[t] || words(t)]));
  fill("system", data.systems.map((s, i) => [String(i), `${i + 1}  ${s}`]));
  fill("verdict", data.labels.map((l, i) => [String(i), l]));
  fill("failure", data.failures.map((f, i) => [String(i), words(f)]));

  const FIELDS = ["q", "type", "system", "verdict", "failure"];
  const matches = (index, want) => {
    const [row, given] = data.questions[index];
    if (want.q && !want.q.every((word) => haystacks[index].includes(word))) return false;
    if (want.type && row[2] !== want.type) return false;
    if (!want.system && !want.verdict && !want.failure) return true;
    const looked = want.system ? [given[+want.system]] : given;
    return looked.some((a) => a && (!want.verdict || a[1] === +want.verdict) && (!want.failure || a[3] === +want.failure));
  };

  const label = (answer) => (answer && answer[1] !== null ? data.labels[answer[1]] : "");
  const milliseconds = (value) => (value === null || value === undefined ? "–" : `${value} ms`);

  const hitLine = (dialogue, hit, evidence) => {
    const text = hit[2] || (data.turns[dialogue] || {})[hit[0]] || "";
    const line = element("li", evidence.has(hit[0]) ? "evidence" : "");
    line.append(element("span", "", `turn ${hit[0] === null ? "of the system's own" : hit[0]}${hit[1] === null ? "" : `, ${hit[1]}`}${evidence.has(hit[0]) ? ", evidence" : ""} `));
    if (text) line.append(element("bdi", "", text));
    return line;
  };

  const answerBlock = (row, answer, place) => {
    const block = element("div", "answer");
    block.append(element("b", "", `${place + 1} ${data.systems[place]}`));
    if (!answer) { block.append(element("span", "small", "not asked")); return block; }
    const [text, , reason, failure, hits, seconds, ranks, support, used] = answer;
    block.append(element("span", `label ${label(answer)}`, label(answer) || "not judged"));
    if (failure !== null) block.append(element("span", "small", `, ${words(data.failures[failure])}`));
    block.append(element("div", "", text));
    const facts = [`recall ${milliseconds(seconds[0])}, answer ${milliseconds(seconds[1])}`];
    if (ranks.length) facts.push(`evidence at rank ${ranks.map((r) => (r === null ? "none" : r)).join(", ")}`);
    if (support !== null && support !== undefined) facts.push(`support ${support}`);
    block.append(element("div", "small", reason), element("div", "small", facts.join("; ")));
    if (used.length) {
      const list = element("ul", "hits");
      for (const fact of used) list.append(element("li", "", fact));
      block.append(element("details", "", null, element("summary", "small", `${used.length} facts used`), list));
    }
    if (hits.length) {
      const evidence = new Set(row[5].map((e) => e[0]));
      const list = element("ol", "hits");
      for (const hit of hits) list.append(hitLine(row[0], hit, evidence));
      const fold = element("details", "", null, element("summary", "small", `first ${hits.length} hits`), list);
      block.append(fold);
    }
    return block;
  };

  const card = ([row, given]) => {
    const made = element("details", "question");
    const marks = element("span", "marks");
    given.forEach((a, i) => { const m = element("span", `mark ${label(a)}`, String(i + 1)); m.title = `${data.systems[i]}: ${label(a) || "not judged"}`; marks.append(m); });
    const meta = element("div", "meta", `${row[0]} / ${row[1]}${row[2] ? `, ${data.types[row[2]] || words(row[2])}` : ""} `, marks);
    made.append(element("summary", "", null, element("bdi", "", row[3]), meta));
    made.addEventListener("toggle", () => {
      if (!made.open || made.dataset.full) return;
      made.dataset.full = "1";
      made.append(element("div", "gold", null, element("b", "", "Gold: "), element("bdi", "", row[4] || "none")));
      for (const [index, quote] of row[5]) made.append(element("blockquote", "", `${quote || (data.turns[row[0]] || {})[index] || ""} (turn ${index === null ? "never written" : index})`));
      given.forEach((a, i) => made.append(answerBlock(row, a, i)));
    });
    return made;
  };

  let found = [];
  let shown = 0;
  const more = () => {
    const part = document.createDocumentFragment();
    for (const index of found.slice(shown, shown + PAGE)) part.append(card(data.questions[index]));
    byId("list").append(part);
    shown = Math.min(found.length, shown + PAGE);
    byId("more").hidden = shown >= found.length;
  };
  const show = () => {
    const want = Object.fromEntries(FIELDS.map((f) => [f, byId(f).value]));
    want.q = want.q ? fold(want.q).split(/\s+/).filter(Boolean) : null;
    found = data.questions.map((_, i) => i).filter((i) => matches(i, want));
    byId("count").textContent = `${found.length} of ${data.questions.length} questions`;
    byId("list").replaceChildren();
    shown = 0;
    more();
  };

  // #q=word&system=0&open=1 leads to a view
  const fromAddress = new URLSearchParams(location.hash.includes("=") ? location.hash.slice(1) : "");
  for (const field of FIELDS) if (fromAddress.has(field)) byId(field).value = fromAddress.get(field);
  byId("filters").addEventListener("input", show);
  byId("filters").addEventListener("submit", (event) => event.preventDefault());
  byId("more").addEventListener("click", more);
  show();
  if (fromAddress.has("open")) { const first = byId("list").firstElementChild; if (first) first.open = true; }
  root.dataset.readyMs = Math.round(performance.now());
})().catch((error) => {
  document.getElementById("count").textContent = `The questions cannot be shown: ${error.message}`;
  console.error(error);
});
