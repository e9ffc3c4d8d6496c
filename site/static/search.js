// Finds the sections that hold all words asked for. BOOK: [page, anchor, page's title, title, text].
document.addEventListener("DOMContentLoaded", () => {
  const fold = (text) => text.toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "");
  const asked = new URLSearchParams(location.search).get("q") || "";
  // Chinese has no spaces: what stands nowhere as it was typed is cut into words.
  const pieces = (run) => {
    if (!/\p{Script=Han}/u.test(run) || BOOK.some(([, , , title, text]) => fold(`${title} ${text}`).includes(run))) return [run];
    if (!Intl.Segmenter) return run.match(/\p{Script=Han}{1,2}|[^\p{Script=Han}]+/gu);
    return [...new Intl.Segmenter("zh", { granularity: "word" }).segment(run)].filter((part) => part.isWordLike).map((part) => part.segment);
  };
  const words = fold(asked).split(/[\s，。、；：？！]+/).filter(Boolean).flatMap(pieces);
  document.querySelector(".bar input").value = asked;
  if (!words.length) return;

  const score = ([, , , title, text]) => {
    const [head, body] = [fold(title), fold(text)];
    let sum = 0;
    for (const word of words) {
      const hits = body.split(word).length - 1 + 10 * (head.split(word).length - 1);
      if (!hits) return 0;
      sum += Math.min(hits, 30);
    }
    if (words.length > 1 && (head + " " + body).includes(words.join(" "))) sum += 60; // as they stand
    return sum;
  };
  const excerpt = (text) => {
    const signs = text.split("").map(fold);
    const places = signs.flatMap((sign, i) => Array(sign.length).fill(i)); // folded, … is three signs
    const folded = signs.join("");
    const at = Math.max(0, (places[folded.indexOf(words[0])] ?? 0) - 60);
    const space = text.indexOf(" ", at);
    const from = at && (space - at < 20 ? space + 1 : at); // Chinese may have none for long
    return (from ? "… " : "") + text.slice(from, from + 200) + (from + 200 < text.length ? " …" : "");
  };
  const found = BOOK.map((part) => [score(part), part]).filter(([points]) => points).sort((a, b) => b[0] - a[0]);
  const list = document.getElementById("search-results");
  for (const [, [page, anchor, pageTitle, title, text]] of found.slice(0, 40)) {
    const link = Object.assign(document.createElement("a"), { href: `${page}#${anchor}`, textContent: title });
    const item = document.createElement("li");
    const where = Object.assign(document.createElement("span"), { textContent: title === pageTitle ? "" : say(" in {page}", { page: pageTitle }) });
    item.append(link, where, Object.assign(document.createElement("p"), { textContent: excerpt(text) }));
    list.append(item);
  }
  const news = !found.length ? say("Nothing has “{words}”. Try fewer or shorter words.", { words: asked })
    : found.length === 1 ? say("One section has “{words}”.", { words: asked })
    : found.length <= 40 ? say("{count} sections have “{words}”.", { count: found.length, words: asked })
    : say("{count} sections have “{words}”; these are the first 40.", { count: found.length, words: asked });
  document.getElementById("search-news").textContent = news;
});
