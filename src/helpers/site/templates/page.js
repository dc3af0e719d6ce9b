"use strict";
// The one script of every page. A page can be read without it; nothing from data is ever written into it, and
// what it says to a reader it takes from the page, which has it in the reader's language.
(() => {
  const language = document.documentElement.lang;
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const make = (tag, attributes = {}, text = "") => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.textContent = text;
    return made;
  };

  // -- where in the text a reader is: marked in the contents, kept by the links to languages and years ---------
  const sections = all("main > section[id]");
  const entries = new Map(all("nav.contents a").map((a) => [a.hash.slice(1), a]));
  const same = all("a[hreflang], .years:not(.elsewhere) a:not([aria-current])")
    .filter((a) => !a.getAttribute("href").startsWith("#"))
    .map((a) => [a, a.getAttribute("href")]);
  let here = null;
  const follow = () => {
    const line = innerHeight / 3;
    const ended = innerHeight + scrollY >= document.documentElement.scrollHeight - 4;
    const seen = sections.filter((s) => s.getBoundingClientRect().top <= line);
    const now = (ended && scrollY > 0 ? sections.at(-1) : seen.at(-1)) ?? sections[0];
    if (!now || now === here) return;
    here = now;
    for (const [id, entry] of entries) {
      if (id === now.id) entry.setAttribute("aria-current", "location");
      else entry.removeAttribute("aria-current");
    }
    const entry = entries.get(now.id);
    const list = entry?.closest("nav");
    if (list && list.scrollHeight > list.clientHeight) {
      const [inner, outer] = [entry.getBoundingClientRect(), list.getBoundingClientRect()];
      if (inner.top < outer.top || inner.bottom > outer.bottom) list.scrollTop += inner.top - outer.top - 60;
    }
    for (const [a, href] of same) a.setAttribute("href", now === sections[0] ? href : `${href}#${now.id}`);
  };
  if (sections.length && (entries.size || same.length)) {
    let waiting = false;
    const soon = () => {
      if (waiting) return;
      waiting = true;
      requestAnimationFrame(() => { waiting = false; follow(); });
    };
    addEventListener("scroll", soon, { passive: true });
    addEventListener("resize", soon);
    follow();
  }
  for (const sheet of all("[popover]")) {
    sheet.addEventListener("click", (event) => {
      if (event.target.closest("a") && sheet.matches(":popover-open")) sheet.hidePopover();
    });
  }

  // -- tables: sorted by a heading, copied, downloaded ------------------------------------------------------------
  const words = (cell) => (cell.innerText ?? cell.textContent).replace(/[\u200b\ufeff]/g, "").trim();
  const decimal = language === "tr" ? "," : ".";
  const plain = /^[+\-\u2212]?\d{1,3}(?:[.,\u00a0 ]?\d{3})*(?:[.,]\d+)?$/;
  // A number as its language writes it; null for what is none.
  const value = (text) => {
    const found = text.match(/[+\-\u2212]?\d[\d.,]*/);
    if (!found) return null;
    const bare = found[0].replace(/\u2212/g, "-").replace(decimal === "," ? /\./g : /,/g, "").replace(",", ".");
    const number = Number.parseFloat(bare);
    return Number.isNaN(number) ? null : number;
  };
  const day = (text) => {
    const turkish = text.match(/^(\d{2})\.(\d{2})\.(\d{4})$/);
    if (turkish) return Date.UTC(+turkish[3], +turkish[2] - 1, +turkish[1]);
    return /^\d{1,2} \p{L}{3,9} \d{4}$/u.test(text) ? Date.parse(`${text} UTC`) || null : null;
  };
  const collator = new Intl.Collator(language, { numeric: true, sensitivity: "base" });
  const missing = (text) => /^[\u2013\u2014-]?$/.test(text);
  const sorter = (column, numbers, cells) => {
    const days = cells.every((text) => missing(text) || day(text) !== null);
    const measure = days ? day : numbers ? value : null;
    return (a, b) => {
      if (!measure) return missing(a) - missing(b) || collator.compare(a, b);
      const [x, y] = [measure(a), measure(b)];
      return x === null || y === null ? (x === null) - (y === null) : x - y;
    };
  };
  const sortable = (table) => {
    const body = table.tBodies[0];
    const heads = table.tHead?.rows;
    if (!body || table.tBodies.length !== 1 || heads?.length !== 1 || body.rows.length < 3) return;
    if (table.querySelector("[colspan]:not([colspan='1']), [rowspan]:not([rowspan='1'])")) return;
    const first = [...body.rows];
    [...heads[0].cells].forEach((head, column) => {
      if (!words(head)) return;
      const button = make("button", { type: "button", class: "sort" });
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const before = head.getAttribute("aria-sort");
        for (const other of heads[0].cells) other.removeAttribute("aria-sort");
        const order = before === "ascending" ? "descending" : before === "descending" ? "" : "ascending";
        if (!order) return body.append(...first);
        head.setAttribute("aria-sort", order);
        const told = new Map(first.map((row) => [row, words(row.cells[column])]));
        const by = sorter(column, head.classList.contains("gt_right"), [...told.values()]);
        const known = (row) => !missing(told.get(row));
        const sorted = [...first].sort((a, b) => by(told.get(a), told.get(b)));
        if (order === "descending") sorted.reverse();
        // What has no value stands last, whichever way the others run.
        body.append(...sorted.filter(known), ...sorted.filter((row) => !known(row)));
      });
    });
  };

  // What a reader takes away: the cells, then title, notes and source, so that no figure travels without them.
  const taken = (figure) => {
    const table = figure.querySelector(":scope table");
    const rows = [...table.rows].map((row) => [...row.cells].map((cell) => ({
      text: words(cell),
      number: cell.classList.contains("gt_right") && row.parentElement.tagName !== "THEAD",
    })));
    const about = all(".title, .subtitle, .note, .source", figure)
      .filter((p) => !p.closest("details")).map((p) => p.textContent.replace(/\s+/g, " ").trim());
    return { rows, about };
  };
  // A spreadsheet runs a cell that begins like a formula; an apostrophe makes it text.
  const formula = /^[\s\u200b]*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/;
  const number = (cell) => cell.number && plain.test(cell.text);
  const cellText = (cell) => {
    if (number(cell)) return String(value(cell.text)).replace(".", decimal);
    return formula.test(cell.text) ? `'${cell.text}` : cell.text;
  };
  const separated = (rows, mark) => rows.map((row) => row.map((text) =>
    text.includes(mark) || /["\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text).join(mark)).join("\r\n");
  const flat = ({ rows, about }) => [
    ...rows.map((row) => row.map(cellText)), [""], ...about.map((text) => [formula.test(text) ? `'${text}` : text]),
  ];
  const csv = (what) => `\ufeff${separated(flat(what), language === "tr" ? ";" : ",")}\r\n`;

  // -- XLSX: a package of five parts, stored, with inline text; a library for it would weigh more than a page -----
  const xml = (text) => text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "")
    .replace(/[&<>"]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[sign]);
  const letters = (index) => (index < 26 ? "" : letters(Math.floor(index / 26) - 1)) + String.fromCharCode(65 + (index % 26));
  const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
  const MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
  const RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
  const PACKAGE = "http://schemas.openxmlformats.org/package/2006";
  // Styles: 0 as it is, 1 heading, 2 text that begins like a formula, 3 wrapped; from 4 on numbers and percentages.
  const FORMATS = ["0", "#,##0", "0.0", "#,##0.0", "0.00", "#,##0.00", "0%", "0.0%", "0.00%"];
  const styles = () => `${HEAD}<styleSheet xmlns="${MAIN}"><numFmts count="${FORMATS.length}">${FORMATS.map((format, i) =>
    `<numFmt numFmtId="${170 + i}" formatCode="${format}"/>`).join("")}</numFmts><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="${4 + FORMATS.length}"><xf xfId="0"/><xf xfId="0" fontId="1" applyFont="1" applyAlignment="1"><alignment wrapText="1" vertical="top"/></xf><xf xfId="0" quotePrefix="1"/><xf xfId="0" applyAlignment="1"><alignment wrapText="1" vertical="top"/></xf>${FORMATS.map((_, i) =>
    `<xf xfId="0" numFmtId="${170 + i}" applyNumberFormat="1"/>`).join("")}</cellXfs></styleSheet>`;
  const sheetCell = (cell, at, head) => {
    const share = cell.number && /^(?:%[+\-\u2212]?[\d.,]+|[+\-\u2212]?[\d.,]+%|[+\-\u2212]%[\d.,]+)$/.test(cell.text);
    if (number(cell) || share) {
      const amount = value(cell.text.replace("%", ""));
      const digits = Math.min(2, (cell.text.replace("%", "").split(decimal)[1] ?? "").length);
      const grouped = new RegExp(decimal === "," ? "\\.\\d{3}" : ",\\d{3}").test(cell.text);
      const style = share ? 10 + digits : 4 + 2 * digits + (grouped ? 1 : 0);
      return `<c r="${at}" s="${style}"><v>${share ? Number((amount / 100).toPrecision(12)) : amount}</v></c>`;
    }
    const style = head ? 1 : formula.test(cell.text) ? 2 : /\n/.test(cell.text) ? 3 : 0;
    return `<c r="${at}" s="${style}" t="inlineStr"><is><t xml:space="preserve">${xml(cell.text.slice(0, 32767))}</t></is></c>`;
  };
  const worksheet = (rows, heads, widths) => `${HEAD}<worksheet xmlns="${MAIN}">${heads
    ? '<sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>' : ""
  }<cols>${widths.map((width, i) => `<col min="${i + 1}" max="${i + 1}" width="${width}" customWidth="1"/>`).join("")}</cols><sheetData>${rows.map((row, r) =>
    `<row r="${r + 1}">${row.map((cell, c) => sheetCell(cell, letters(c) + (r + 1), r < heads)).join("")}</row>`).join("")}</sheetData></worksheet>`;
  const xlsx = ({ rows, about }) => {
    const names = [document.body.dataset.sheet, document.body.dataset.about];
    const widths = rows[0].map((_, c) => Math.min(60, Math.max(8, ...rows.map((row) => (row[c]?.text.length ?? 0) + 2))));
    const sheets = [worksheet(rows, 1, widths), worksheet(about.map((text) => [{ text }]), 0, [110])];
    return zip([
      ["[Content_Types].xml", `${HEAD}<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/>${sheets.map((_, i) =>
        `<Override PartName="/xl/worksheets/sheet${i + 1}.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>`).join("")}</Types>`],
      ["_rels/.rels", `${HEAD}<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>`],
      ["xl/workbook.xml", `${HEAD}<workbook xmlns="${MAIN}" xmlns:r="${RELATIONS}"><sheets>${sheets.map((_, i) =>
        `<sheet name="${xml(names[i])}" sheetId="${i + 1}" r:id="rId${i + 1}"/>`).join("")}</sheets></workbook>`],
      ["xl/_rels/workbook.xml.rels", `${HEAD}<Relationships xmlns="${PACKAGE}/relationships">${sheets.map((_, i) =>
        `<Relationship Id="rId${i + 1}" Type="${RELATIONS}/worksheet" Target="worksheets/sheet${i + 1}.xml"/>`).join("")}<Relationship Id="rId9" Type="${RELATIONS}/styles" Target="styles.xml"/></Relationships>`],
      ["xl/styles.xml", styles()],
      ...sheets.map((sheet, i) => [`xl/worksheets/sheet${i + 1}.xml`, sheet]),
    ]);
  };
  const checksum = (bytes) => {
    let sum = -1;
    for (const byte of bytes) {
      sum ^= byte;
      for (let bit = 0; bit < 8; bit += 1) sum = (sum >>> 1) ^ (0xedb88320 & -(sum & 1));
    }
    return ~sum >>> 0;
  };
  const zip = (parts) => {
    const encoder = new TextEncoder();
    const [files, directory] = [[], []];
    let offset = 0;
    let listed = 0;
    for (const [path, text] of parts) {
      const [name, bytes] = [encoder.encode(path), encoder.encode(text)];
      // Version 2.0, names in UTF-8, stored, the first day that the format knows.
      const common = [[2, 20], [2, 0x800], [2, 0], [2, 0], [2, 33], [4, checksum(bytes)], [4, bytes.length], [4, bytes.length], [2, name.length], [2, 0]];
      const local = packed([[4, 0x04034b50], ...common]);
      const central = packed([[4, 0x02014b50], [2, 20], ...common, [2, 0], [2, 0], [2, 0], [4, 0], [4, offset]]);
      files.push(local, name, bytes);
      directory.push(central, name);
      offset += local.length + name.length + bytes.length;
      listed += central.length + name.length;
    }
    const end = packed([[4, 0x06054b50], [2, 0], [2, 0], [2, parts.length], [2, parts.length], [4, listed], [4, offset], [2, 0]]);
    return new Blob([...files, ...directory, end], { type: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" });
  };
  const packed = (fields) => {
    const view = new DataView(new ArrayBuffer(fields.reduce((sum, [size]) => sum + size, 0)));
    let at = 0;
    for (const [size, number] of fields) {
      if (size === 2) view.setUint16(at, number, true);
      else view.setUint32(at, number, true);
      at += size;
    }
    return new Uint8Array(view.buffer);
  };
  const save = (blob, name) => {
    const address = URL.createObjectURL(blob);
    make("a", { href: address, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(address), 10000);
  };
  const copy = async (what, figure) => {
    try {
      await navigator.clipboard.writeText(separated(flat(what), "\t"));
    } catch {
      // An older browser, or one that lets no file write to the clipboard: the table itself is copied.
      const range = document.createRange();
      range.selectNode(figure.querySelector("table"));
      getSelection().removeAllRanges();
      getSelection().addRange(range);
      document.execCommand("copy");
      getSelection().removeAllRanges();
    }
  };
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button[data-do]");
    if (!button) return;
    const figure = button.closest("figure");
    const what = taken(figure);
    const name = `${document.body.dataset.name}-${figure.querySelector(".title").id}`;
    if (button.dataset.do === "csv") save(new Blob([csv(what)], { type: "text/csv;charset=utf-8" }), `${name}.csv`);
    if (button.dataset.do === "xlsx") save(xlsx(what), `${name}.xlsx`);
    if (button.dataset.do === "copy") {
      await copy(what, figure);
      const told = figure.querySelector(".told");
      told.textContent = told.dataset.copied;
      setTimeout(() => { told.textContent = ""; }, 4000);
    }
  });

  // -- how a figure was computed: the card of an indicator over the page -------------------------------------------
  const dialog = document.getElementById("card");
  if (dialog?.showModal) {
    document.addEventListener("click", (event) => {
      const link = event.target.closest("a[href^='#how-']");
      const card = link && document.getElementById(decodeURIComponent(link.hash.slice(1)));
      if (!card || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      const [shown, name] = [card.cloneNode(true), card.closest("details")?.querySelector("summary").textContent ?? ""];
      for (const inner of [shown, ...all("[id]", shown)]) inner.removeAttribute("id");
      shown.removeAttribute("tabindex");
      dialog.querySelector(".shown").replaceChildren(make("h2", {}, name), shown);
      dialog.showModal();
      dialog.scrollTop = 0;
    });
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog || event.target.closest(".close, a")) dialog.close();
    });
  }

  // -- charts: the value of a mark on hover or focus; one stop of the Tab key for each chart, arrows within --------
  const tip = make("div", { class: "tip", role: "tooltip", popover: "manual" });
  const tell = (mark) => {
    if (!tip.showPopover) return;
    tip.textContent = mark.getAttribute("aria-label");
    if (!tip.isConnected) document.body.append(tip);
    if (!tip.matches(":popover-open")) tip.showPopover();
    const [box, own] = [mark.getBoundingClientRect(), tip.getBoundingClientRect()];
    const left = Math.max(8, Math.min(innerWidth - own.width - 8, box.left + box.width / 2 - own.width / 2));
    const above = box.top - own.height - 8;
    tip.style.left = `${left}px`;
    tip.style.top = `${above > 60 ? above : box.bottom + 8}px`;
  };
  // From a mark to its row of the table behind the chart, whose name the mark's values begin with.
  const toRow = (figure, told) => {
    const data = figure?.querySelector("details.data");
    if (!data) return;
    const heads = all("tbody th", data).filter((th) => told.startsWith(words(th) || th.textContent.trim()));
    const head = heads.sort((a, b) => b.textContent.length - a.textContent.length)[0] ?? data.querySelector("summary");
    hush();
    data.open = true;
    if (head.tagName === "TH") head.setAttribute("tabindex", "-1");
    head.focus();
  };
  const hush = () => { if (tip.matches(":popover-open")) tip.hidePopover(); };
  // Not on the SVG itself: a browser takes one that listens to the focus for one that wants it.
  for (const chart of all(".drawing")) {
    const told = all(".mark", chart);
    for (const mark of told) {
      // The browser's own tip would stand beside ours; the name stays.
      const title = mark.querySelector("title");
      mark.setAttribute("aria-label", title.textContent.trim());
      title.remove();
    }
    const marks = told.filter((mark) => mark.hasAttribute("tabindex"));
    marks.forEach((mark, i) => mark.setAttribute("tabindex", i ? "-1" : "0"));
    chart.addEventListener("keydown", (event) => {
      const at = marks.indexOf(document.activeElement);
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      const to = step ? at + step : { Home: 0, End: marks.length - 1 }[event.key];
      if (event.key === "Escape") hush();
      if (event.key === "Enter" && at >= 0) toRow(chart.closest("figure"), marks[at].getAttribute("aria-label"));
      if (at < 0 || to === undefined || !marks[to]) return;
      event.preventDefault();
      marks[at].setAttribute("tabindex", "-1");
      marks[to].setAttribute("tabindex", "0");
      marks[to].focus();
    });
    const mark = (event) => event.target.closest(".mark");
    chart.addEventListener("focusin", (event) => mark(event) && tell(mark(event)));
    chart.addEventListener("focusout", hush);
    chart.addEventListener("pointerover", (event) => (mark(event) ? tell(mark(event)) : hush()));
    chart.addEventListener("pointerleave", hush);
  }
  addEventListener("scroll", hush, { passive: true });

  // -- search: the register of the set, narrowed by what is typed ---------------------------------------------------
  // As helpers.locale.key: casing by Turkish rules, then without diacritics, dashes and marks.
  const PLAIN = { "ı": "i", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ß": "ss" };
  const fold = (text) => text.normalize("NFC").replace(/I/g, "ı").replace(/İ/g, "i").toLowerCase()
    .replace(/[ıøłđðþæœß]/g, (letter) => PLAIN[letter]).normalize("NFKD").replace(/\p{M}/gu, "")
    .replace(/[\u2010-\u2015\u2212\-_/,.;:'\u2018\u2019`\u00b4"\u201c\u201d&+]/g, " ").replace(/\s+/g, " ").trim();
  const find = document.getElementById("find");
  if (find) {
    const status = document.getElementById("found");
    const known = all(".register").map((group) => [group, all(".entries > li", group).map((item) =>
      [item, ` ${fold(item.textContent)} ${item.dataset.words ?? ""}`])]);
    const narrow = () => {
      const asked = fold(find.value).split(" ").filter(Boolean);
      let count = 0;
      for (const [group, items] of known) {
        let held = 0;
        for (const [item, folded] of items) {
          const fits = asked.every((word) => folded.includes(` ${word}`));
          item.hidden = !fits;
          held += fits;
        }
        group.hidden = !held;
        count += held;
      }
      const told = count === 0 ? status.dataset.none : count === 1 ? status.dataset.one : status.dataset.many;
      status.textContent = asked.length ? told.replace("#", count.toLocaleString(language)) : "";
    };
    find.addEventListener("input", narrow);
    find.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && find.value) { find.value = ""; narrow(); event.preventDefault(); }
      if (event.key === "ArrowDown" || event.key === "Enter") {
        const first = all(".register:not([hidden]) .entries > li:not([hidden]) a")[0];
        if (first && find.value) { event.preventDefault(); first.focus(); }
      }
    });
    if (!location.hash) find.focus({ preventScroll: true });
    narrow();
  }

  for (const table of all("figure table")) sortable(table);
})();
