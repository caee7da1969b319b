// The page of the matrix, opened from its file in a real browser: rules of WCAG 2.2 AA by axe, keyboard only, filters, two widths.
//
//   node check.mjs [--shots FOLDER]
//
// CHROMIUM names the browser; /usr/bin/chromium if left out.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const page_of = fileURLToPath(new URL("../../docs/reference/matrix.html", import.meta.url));
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const shots = process.argv[2] === "--shots" ? process.argv[3] : null;

const faults = [];
let checks = 0;
const expect = (holds, what) => {
  checks += 1;
  if (!holds) faults.push(what);
};

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"],
});
try {
  for (const [name, width, height, scheme] of [["wide", 1440, 900, "light"], ["narrow", 390, 844, "dark"]]) {
    const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme, reducedMotion: "reduce" });
    const page = await context.newPage();
    const asked = [];
    page.on("request", (request) => asked.push(request.url()));
    page.on("pageerror", (error) => faults.push(`${name}: ${error}`));
    await page.goto(`file://${page_of}`);
    expect(asked.every((url) => url.startsWith("file:") || url.startsWith("data:")), `${name}: asks for ${asked.filter((url) => !url.startsWith("file:"))}`);

    // Everything is looked at, what a reader opens too.
    await page.evaluate(() => document.querySelectorAll("details").forEach((details, index) => { details.open = index % 40 === 0; }));
    await page.evaluate(axe);
    const { violations, passes } = await page.evaluate((tags) => window.axe.run(document, { runOnly: tags, resultTypes: ["violations"] }), TAGS);
    for (const violation of violations) {
      faults.push(`${name}: ${violation.id}: ${violation.help} (${violation.nodes.length} times, first ${violation.nodes[0].target}: ${violation.nodes[0].failureSummary})`);
    }
    expect(passes.length > 10, `${name}: axe found hardly anything to look at`);
    console.log(`${name} ${width}x${height} ${scheme}: axe ${violations.length} violations, ${passes.length} rules passed`);

    // The page itself never scrolls sideways; tables do, in regions that take the keyboard's focus.
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), `${name}: the page is wider than the window`);

    await page.reload();
    const shown = () => page.evaluate(() => ({
      status: document.getElementById("status").textContent,
      providers: document.querySelectorAll("#overview + .scroll tbody tr:not([hidden])").length,
      rows: document.querySelectorAll("tr[data-required]:not([hidden])").length,
    }));
    const focus = () => page.evaluate(() => {
      const at = document.activeElement;
      const box = at.getBoundingClientRect();
      const style = getComputedStyle(at);
      return { tag: at.tagName, name: at.name ?? "", value: at.value ?? "", text: at.textContent.slice(0, 40), href: at.getAttribute("href"), seen: box.width > 0 && box.bottom > 0 && box.right > 0, outline: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2, tall: box.height };
    });
    const all = await shown();
    await page.keyboard.press("Tab");
    const skip = await focus();
    expect(skip.href === "#matrix" && skip.seen, `${name}: the first stop is the visible link past the filters, not ${JSON.stringify(skip)}`);
    await page.keyboard.press("Tab");
    const radio = await focus();
    expect(radio.name === "profile" && radio.outline, `${name}: the second stop is the profile, with an outline, not ${JSON.stringify(radio)}`);
    // An arrow moves to the first profile.
    await page.keyboard.press("ArrowDown");
    const chosen = await focus();
    const filtered = await shown();
    const allowed = await page.evaluate((profile) => [...document.querySelectorAll("#overview + .scroll tbody tr")].filter((row) => row.dataset.profiles.split(" ").includes(profile)).length, chosen.value);
    expect(chosen.value !== "" && filtered.providers === allowed && filtered.status.startsWith(`${allowed} providers`), `${name}: ${chosen.value} shows ${JSON.stringify(filtered)}, allows ${allowed}`);
    await page.keyboard.press("Tab");
    await page.keyboard.press("Space");
    const required = await shown();
    expect((await focus()).name === "required" && required.rows < filtered.rows, `${name}: the first box leaves ${required.rows} of ${filtered.rows} rows`);
    await page.keyboard.press("Space");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Space");
    const open = await shown();
    expect((await focus()).name === "open" && open.rows <= filtered.rows, `${name}: the second box leaves ${open.rows} rows`);
    await page.keyboard.press("Space");
    expect((await shown()).rows === all.rows, `${name}: all rows come back`);

    // On to the first cell: its evidence opens and closes by keyboard, and the link in it can be reached.
    let stop = await focus();
    for (let step = 0; step < 40 && stop.tag !== "SUMMARY"; step += 1) {
      await page.keyboard.press("Tab");
      stop = await focus();
    }
    expect(stop.tag === "SUMMARY" && stop.outline && stop.tall >= 24, `${name}: cells take focus, with an outline and 24 pixels of height: ${JSON.stringify(stop)}`);
    await page.keyboard.press("Enter");
    const details = () => page.evaluate(() => ({ open: document.activeElement.closest("details").open, text: document.activeElement.closest("details").innerText }));
    const opened = await details();
    expect(opened.open && /read \d{4}-\d{2}-\d{2}|find out/i.test(opened.text), `${name}: an opened cell says its evidence or how to find out: ${opened.text}`);
    await page.keyboard.press("Enter");
    expect(!(await details()).open, `${name}: Enter closes it again`);

    // What a screen reader says of a cell: table, row and column.
    const headers = await page.evaluate(() => [...document.querySelectorAll("table")].every((table) => table.caption && [...table.querySelectorAll("tr")].every((row) => row.querySelector("th[scope]"))));
    expect(headers, `${name}: every table has a caption, every row a header`);
    const statuses = await page.evaluate(() => [...new Set([...document.querySelectorAll("td[data-status]")].map((cell) => cell.dataset.status))]);
    const words = await page.evaluate(() => [...document.querySelectorAll("td[data-status=unknown] summary")].every((cell) => cell.textContent.trim() === "unknown"));
    expect(statuses.includes("unknown") && words, `${name}: what nobody knows says so in words`);
    if (shots) {
      await page.screenshot({ path: `${shots}/${name}.png` });
      await page.evaluate(() => document.querySelector("section").scrollIntoView());
      await page.locator("section summary").first().click();
      await page.screenshot({ path: `${shots}/${name}-matrix.png` });
    }
    await context.close();
  }
} finally {
  await browser.close();
}
for (const fault of faults) console.error(`fault: ${fault}`);
console.log(`${checks - faults.length < 0 ? 0 : checks} checks, ${faults.length} faults`);
process.exit(faults.length > 0 ? 1 : 0);
