// Answers the questions of ask, on the page and in Jupyter. Each question carries
// this same text; the first copy that runs after a question wires it, and the others leave it.
(() => {
  const UP = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺";
  const plain = (text) => text
    .replace(/[⁰¹²³⁴-⁹⁻⁺]+/g, (power) => `^${[...power].map((sign) => "0123456789-+"[UP.indexOf(sign)]).join("")}`)
    .replace(/[¼-¾⅐-⅞]/g, " $&") // 1½ is not 11/2
    .normalize("NFKC").replace(/[−–‐]/g, "-").replace(/[⁄∕÷]/g, "/").replace(/。/g, ".")
    .replace(/[{}$]|\u200b/g, "").replace(/per ?cent$/i, "%").replace(/^百分之(.*)/, "$1%").trim();
  const SCALES = { "%": 0.01, "万": 1e4, "亿": 1e8 };

  // All that a decimal may mean: 1,000 is a thousand here and one there.
  const decimals = (text) => {
    const [, minus, body, power] = text.match(/^([+-]?) ?([\d.,'’_ ]*\d[.,]?)(?:e([+-]?\d+))?$/i) || [];
    if (body === undefined) return [];
    return [[".", ","], [",", "."]].flatMap(([point, comma]) => {
      const [, whole, , part] = body.match(
        RegExp(`^(\\d*|[1-9]\\d{0,2}([ '’_\\${comma}])\\d{3}(?:\\2\\d{3})*)(?:\\${point}(\\d*))?$`)) || [];
      return whole === undefined ? [] : [Number(`${minus}${whole.replace(/\D/g, "")}.${part || ""}e${power || 0}`)];
    });
  };

  const readings = (typed, unit) => {
    let text = plain(typed).replace(/^.*[=≈~]\s*/, "");
    if (unit && text.endsWith(plain(unit))) text = text.slice(0, -plain(unit).length).trim();
    const scale = SCALES[text.at(-1)] || 1;
    text = text.replace(/\s*[%万亿]$/, "");
    const power = text.match(/^(?:(.*?)\s*[·⋅×*x]\s*|(-?))10\s*(?:\^|\*\*)\s*([+-]?\d+)$/);
    const mixed = text.match(/^(-?)(\d+) (\d+)\/(\d+)$/);
    const [top, bottom, ...more] = text.split(/\s*\/\s*/);
    const found = power ? (power[1] ? decimals(power[1]) : [power[2] ? -1 : 1]).map((x) => x * 10 ** power[3])
      : mixed ? [(mixed[1] ? -1 : 1) * (Number(mixed[2]) + mixed[3] / mixed[4])]
      : bottom && !more.length ? decimals(top).flatMap((x) => decimals(bottom).map((y) => x / y))
      : decimals(text);
    return found.map((x) => x * scale).filter(Number.isFinite);
  };
  if (typeof document === "undefined") { globalThis.readings = readings; return; } // for its tests

  const place = (key) => `gd-ask ${document.documentElement.lang}/${document.body.getAttribute("data-page") || ""} ${key}`;
  const load = (key) => { try { return JSON.parse(localStorage.getItem(place(key))); } catch { return null; } };
  const keep = (key, kept) => {
    try { kept ? localStorage.setItem(place(key), JSON.stringify(kept)) : localStorage.removeItem(place(key)); } catch { /* no storage */ }
  };

  // A formula's text stands twice in what KaTeX makes of it; the name of its control has it once.
  const spoken = (pick) => (pick?.type === "radio" ? pick.getAttribute("aria-label") || pick.parentNode.textContent : pick?.value);

  const wire = (form) => {
    form.setAttribute("data-gd-wired", "");
    const key = form.getAttribute("data-key");
    const inputs = [...form.querySelectorAll("input")];
    const box = inputs[0].type === "text" ? inputs[0] : null;
    const folds = [...form.querySelectorAll("details:not(.gd-notes)")]; // hints, then the answer
    const notes = [...form.querySelectorAll(".gd-notes > p")]; // nothing said, right, mistakes, the rest
    const news = form.querySelector("[role=status]");

    const judge = () => {
      const pick = box || inputs.find((input) => input.checked);
      const numbers = box ? readings(box.value, form.getAttribute("data-unit")) : pick ? [Number(pick.value)] : [];
      const inside = (note) => numbers.some((x) => note.dataset.low <= x && x <= note.dataset.high);
      const note = notes.slice(1).find(inside) || notes[0];
      const state = note.getAttribute("data-state");
      form.setAttribute("data-state", state);
      inputs.forEach((input) => input.setAttribute("aria-invalid", state === "wrong"));
      news.replaceChildren(...note.cloneNode(true).childNodes);
      if (state === "right" && folds.length) folds.at(-1).hidden = false;
      return { value: pick?.value, said: spoken(pick)?.trim().replace(/[.。]$/, ""), state };
    };

    const kept = load(key);
    if (kept) {
      if (box) box.value = kept.value;
      else inputs.forEach((input) => { input.checked = input.value === kept.value; });
      judge();
    }
    box?.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.isComposing) return;
      event.preventDefault(); // JupyterLab would swallow what Enter does in a form
      form.requestSubmit();
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const given = judge();
      keep(key, given.state ? given : null); // an emptied box is forgotten
      if (given.state === "right" && folds.length) folds.at(-1).open = true;
      form.dispatchEvent(new CustomEvent("gd-ask", { bubbles: true }));
    });
    folds.forEach((fold, i) => {
      if (i && form.getAttribute("data-state") !== "right") fold.hidden = true;
      fold.addEventListener("toggle", () => { if (folds[i + 1]) folds[i + 1].hidden = false; }, { once: true });
    });
    form.querySelectorAll("input, button, .gd-unit").forEach((part) => { part.hidden = false; });
    // JupyterLab takes keys as its commands (x cuts a cell) but from an element that says this itself.
    form.querySelectorAll("input, button, summary").forEach((part) => { part.setAttribute("data-lm-suppress-shortcuts", ""); });
  };

  const remind = (recall) => {
    recall.setAttribute("data-gd-wired", "");
    const show = () => {
      const kept = load(recall.getAttribute("data-key"));
      const guess = recall.querySelector(".gd-guess");
      guess.hidden = !kept;
      guess.querySelector("b").textContent = kept?.said;
    };
    document.addEventListener("gd-ask", show);
    show();
  };

  document.querySelectorAll(".gd-ask:not([data-gd-wired])").forEach(wire);
  document.querySelectorAll(".gd-recall:not([data-gd-wired])").forEach(remind);
})();
