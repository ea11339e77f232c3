import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { buildPages } from "../../scripts/pages/build-pages.ts";
import { createLedger } from "../../src/ledger/create-ledger.ts";
import { chooseLedger } from "../../src/runtimes/choose-ledger.ts";
import { type Browser, hasChromium, type Page, startBrowser } from "../support/browser.ts";
import { mintTestToken, TEST_JWT } from "../support/chat-client.ts";
import { requireSource } from "../support/ledger-sources.ts";
import type { RunningServer } from "../support/runtimes/runtime.ts";
import { startServer } from "../support/runtimes/start-server.ts";
import { scriptDay } from "../support/scripted-day.ts";
import { until } from "../support/until.ts";

const root = resolve(import.meta.dir, "../..");
const DAY_MS = 24 * 3600 * 1000;
const CALLS_A_DAY = 60;
const DAYS = 20;

/** Calls of the last days, in a file that a server then opens. */
async function writeLedger(file: string): Promise<void> {
  const settings = { LEDGER_FILE: file, DATABASE_URL: undefined };
  const source = chooseLedger(settings, () => Promise.reject(new Error("not used")));
  const platform = { now: Date.now, randomId: () => crypto.randomUUID() };
  const ledger = createLedger(requireSource(source), {
    platform,
    log() {},
    config: { LEDGER_CALLS_DAYS: 90, LEDGER_USAGE_DAYS: 400 },
  });
  for (let day = 0; day < DAYS; day += 1) {
    for (const { record } of scriptDay(CALLS_A_DAY)) {
      const shift = Date.now() - Date.UTC(2026, 10, 21, 0, 2) - day * DAY_MS;
      const at = (time: number) => time + shift;
      void ledger.record({
        ...record,
        requestId: crypto.randomUUID().replaceAll("-", ""),
        startedAt: at(record.startedAt),
        endedAt: at(record.endedAt),
        firstContentAt: record.firstContentAt === null ? null : at(record.firstContentAt),
      });
    }
  }
  await ledger.close();
}

/** The texts whose contrast is below what WCAG 2 AA asks for, in the colours that are shown. */
const FAINT_TEXTS = `(() => {
  const channel = (value) => { const c = value / 255; return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; };
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const read = (color) => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1); return canvas.getImageData(0, 0, 1, 1).data; };
  const luminance = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const ground = (element) => { for (let one = element; one; one = one.parentElement) { const color = read(getComputedStyle(one).backgroundColor); if (color[3] === 255) return color; } return [255, 255, 255]; };
  const faint = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (walker.currentNode.data.trim() === "" || element.closest("script, noscript, .hidden") || !element.checkVisibility()) continue;
    const [one, other] = [luminance(read(getComputedStyle(element).color)), luminance(ground(element))];
    const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    const large = parseFloat(getComputedStyle(element).fontSize) >= 24;
    if (ratio < (large ? 3 : 4.5)) faint.push(walker.currentNode.data.trim() + " " + ratio.toFixed(2));
  }
  return faint;
})()`;

/** Controls that a reader of the screen could not name. */
const NAMELESS = `[...document.querySelectorAll("button, input, select, textarea, meter, [role=img]")]
  .filter((one) => one.checkVisibility() && !(one.labels?.length || one.textContent.trim() || one.ariaLabel))
  .map((one) => one.outerHTML)`;

const WIDER = "document.documentElement.scrollWidth > innerWidth";

describe.skipIf(!hasChromium)("the pages in a browser (needs chromium)", () => {
  const folder = mkdtempSync(join(tmpdir(), "pages-"));
  let server: RunningServer;
  let browser: Browser;
  let page: Page;
  let admin: string;

  async function clickButton(name: string): Promise<void> {
    const clicked = await page.evaluate(
      `(() => { const one = [...document.querySelectorAll("button")].find((button) => button.textContent.startsWith(${JSON.stringify(name)})); one?.click(); return one !== undefined; })()`,
    );
    expect(clicked).toBe(true);
  }

  async function signOut(): Promise<void> {
    await page.open(`${server.url}/docs`);
    await page.evaluate("sessionStorage.clear()");
  }

  const openSignedIn = async (path: string, token = admin) => {
    await signOut();
    await page.open(`${server.url}${path}#token=${token}`);
  };
  const textOf = (selector: string) =>
    page.evaluate(`document.querySelector(${JSON.stringify(selector)})?.textContent ?? ""`);

  beforeAll(async () => {
    await buildPages();
    await writeLedger(join(folder, "ledger.db"));
    server = await startServer("bun", {
      ...TEST_JWT,
      LEDGER_FILE: join(folder, "ledger.db"),
      ANTHROPIC_API_KEY: "sk-ant-canary",
      BREAKER_FAILURES: "1",
      COMPATIBLE_PROVIDERS: JSON.stringify([
        { name: "gone", base_url: "http://127.0.0.1:1/v1", default_model: "m" },
      ]),
    });
    browser = await startBrowser();
    page = browser.page;
    admin = await mintTestToken({ scope: "admin" });
    await page.resize({ width: 1280, height: 900 });
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  describe("sign in", () => {
    test("by a token, with the keyboard alone, and keep it for the tab", async () => {
      await signOut();
      await page.open(`${server.url}/dashboard`);
      expect(await textOf("h1")).toBe("Sign in");
      expect(await textOf("#token-help")).toContain("npm run -s token -- --scope admin");
      await page.evaluate('document.querySelector("#token").focus()');
      await page.type(admin);
      await page.press("Enter");
      await page.until('document.querySelector(".tiles") !== null');
      await page.open(`${server.url}/dashboard`);
      await page.until('document.querySelector(".tiles") !== null');
      await clickButton("Sign out");
      await page.until('document.querySelector("h1").textContent === "Sign in"');
      expect(await page.evaluate("sessionStorage.length")).toBe(0);
    });

    test("by a link, whose token is taken out of the address", async () => {
      await openSignedIn("/dashboard");
      await page.until('document.querySelector(".tiles") !== null');
      expect(await page.evaluate("location.href")).toBe(`${server.url}/dashboard`);
    });

    test("not by a token that the server refuses, and say why", async () => {
      await openSignedIn("/dashboard", "nonsense");
      await page.until('document.querySelector("[role=alert]") !== null');
      expect(await textOf("[role=alert]")).toContain("token");
      expect(await textOf("h1")).toBe("Sign in");
    });
  });

  describe("the dashboard", () => {
    test("shows what the API says of a range, by the group that is chosen", async () => {
      await openSignedIn("/dashboard");
      await clickButton("30 days");
      await page.until(
        `document.querySelector(".tiles")?.textContent.includes("${(CALLS_A_DAY * DAYS).toLocaleString("en-US")}") ?? false`,
      );
      await page.evaluate(`(() => {
        const select = [...document.querySelectorAll("select")][0];
        select.value = "tenant";
        select.dispatchEvent(new Event("change", { bubbles: true }));
      })()`);
      await page.until(
        '[...document.querySelectorAll("tbody th")].some((one) => one.textContent === "tenant-3")',
      );
      await page.until('document.querySelectorAll(".chart canvas").length === 1');
    });

    test("shows the attempts of a call, and older calls", async () => {
      await page.until('document.querySelectorAll("[aria-expanded]").length === 25');
      await page.evaluate('document.querySelector("[aria-expanded]").click()');
      await page.until('document.querySelector(".attempts li") !== null');
      await clickButton("Older calls");
      await page.until('document.querySelectorAll("[aria-expanded]").length === 50');
    });

    test("shows the stores, and which targets keep failing", async () => {
      await openSignedIn("/dashboard");
      await page.until('document.querySelector("section[aria-label=Server]") !== null');
      expect(await textOf("section[aria-label=Server]")).toContain("keep failingnone");
      const failed = await fetch(`${server.url}/chat`, {
        method: "POST",
        headers: { "content-type": "application/json", authorization: `Bearer ${admin}` },
        body: JSON.stringify({ model: "gone/m", messages: [{ role: "user", content: "Hello" }] }),
      });
      expect(failed.status).toBe(502);
      await openSignedIn("/dashboard");
      await page.until('document.querySelector("section[aria-label=Server] .bad") !== null');
      expect(await textOf("section[aria-label=Server] .bad")).toBe("gone/m");
      expect(await textOf("section[aria-label=Server]")).toContain("limitsokLedgerok");
    });

    test("says that there is nothing where there is nothing", async () => {
      const stranger = await mintTestToken({ sub: "stranger" });
      await openSignedIn("/dashboard", stranger);
      await page.until(
        'document.body.textContent.includes("No calls in this range") && document.body.textContent.includes("Your own calls")',
      );
    });

    test("claims no cost of calls whose price is not known", async () => {
      const caller = await mintTestToken({ sub: "unpriced" });
      const answer = await fetch(`${server.url}/chat`, {
        method: "POST",
        headers: { "content-type": "application/json", authorization: `Bearer ${caller}` },
        body: JSON.stringify({
          provider: "echo",
          messages: [{ role: "user", content: "Hello" }],
          stream: true,
        }),
      });
      expect(await answer.text()).toContain("event: done");
      await until("the ledger has the call", async () => {
        await openSignedIn("/dashboard", caller);
        await page.until('document.querySelector(".tiles") !== null');
        return String(await textOf(".tiles")).includes("1 call has no known price");
      });
      expect(await textOf(".tiles")).toMatch(/1 stream(?!s)/);
      expect(await textOf(".tiles")).toContain("0 calls");
      expect(await textOf(".tiles .figure")).toBe("–");
      expect(await textOf("main")).toContain("MODEL_CATALOG");
      expect(await textOf("main")).not.toContain("$0");
    });

    test("marks a table that goes on at its side", async () => {
      await page.resize({ width: 390, height: 844 });
      await openSignedIn("/dashboard");
      await page.until('document.querySelectorAll(".scroll").length > 2');
      const marks = await page.evaluate(`[...document.querySelectorAll(".scroll")]
        .filter((one) => one.checkVisibility() && one.scrollWidth > one.clientWidth)
        .map((one) => getComputedStyle(one))
        .map((style) => [style.backgroundAttachment, style.backgroundImage.split("linear-gradient").length - 1])`);
      expect(marks).toContainEqual(["local, local, scroll, scroll", 4]);
      await page.resize({ width: 1280, height: 900 });
    });

    test("says without alarm that a server keeps no ledger, and shows the rest", async () => {
      const bare = await startServer("bun", { ...TEST_JWT, LEDGER_FILE: "off" });
      try {
        await page.open(`${bare.url}/dashboard#token=${admin}`);
        await page.until('document.querySelector("section[aria-label=Server]") !== null');
        expect(await textOf("main")).toContain("This server keeps no ledger");
        expect(await textOf("main")).toContain("Ledgeroff");
        expect(await page.evaluate('document.querySelector(".error, [role=alert]")')).toBeNull();
      } finally {
        await bare.stop();
      }
    });

    test("says which scope is missing", async () => {
      const other = await mintTestToken({ scope: "chat" });
      await openSignedIn("/dashboard", other);
      await page.until('document.querySelector(".card.error") !== null');
      expect(await textOf(".card.error")).toContain("usage:read");
    });
  });

  describe("the playground", () => {
    const ask = async (text: string) => {
      await page.evaluate('document.querySelector("textarea").focus()');
      await page.evaluate('document.querySelector("textarea").select()');
      await page.type(text);
      await page.evaluate('document.querySelector("form.question").requestSubmit()');
    };
    const typeModel = async (model: string) => {
      await page.evaluate('document.querySelector("input[name=model]").focus()');
      await page.evaluate('document.querySelector("input[name=model]").select()');
      await page.type(model);
    };
    const listTurns = () =>
      page.evaluate(
        '[...document.querySelectorAll(".turns li")].map((one) => [...one.children].map((part) => part.textContent).join(": "))',
      );
    const ANSWER = "section[aria-label=Answer] .prose";

    test("streams an answer and shows what is known of it", async () => {
      await openSignedIn("/playground");
      await page.until('document.querySelectorAll("option").length > 3');
      await ask("Say this again");
      await page.until('document.querySelector("[role=status]")?.textContent === "Complete"');
      expect(await textOf(ANSWER)).toBe("Say this again");
      expect(await textOf(".facts")).toContain("echo/echo");
      expect(await textOf(".attempts")).toContain("ok");
      expect(await textOf("details pre")).toContain('"type":"done"');
    });

    test("shows every turn of the conversation, from its first moment", async () => {
      await typeModel("echo-slow");
      await ask("And this");
      await page.until('document.querySelector("[role=status]")?.textContent === "Running…"');
      const turns = ["You: Say this again", "Answer: Say this again", "You: And this"];
      expect(await listTurns()).toEqual(turns);
      await page.until('document.querySelector("[role=status]")?.textContent === "Complete"');
      expect(await listTurns()).toEqual(turns);
      expect(await textOf(ANSWER)).toBe("And this");
    });

    test("asks a model that is typed, and keeps the question if it fails", async () => {
      await typeModel("echo-fail-rate_limited");
      await ask("What now?");
      await page.until('document.querySelector("[role=status]")?.textContent === "Failed"');
      expect(await listTurns()).toContain("You: What now?");
      expect(await page.evaluate('document.querySelector("textarea").value')).toBe("What now?");
    });

    test("calls no attempt of a failed answer ok", async () => {
      await typeModel("echo-cut");
      await ask("one two three four");
      await page.until('document.querySelector("[role=status]")?.textContent === "Failed"');
      expect(await textOf(".attempts")).toContain("echo/echo-cut: began,");
    });

    test("stops an answer that is being written", async () => {
      await typeModel("echo-slow");
      await ask("a b c d e f g h i j k l m n o p q r s t u v w x y z ".repeat(20));
      await page.until(`(document.querySelector("${ANSWER}")?.textContent.length ?? 0) > 0`);
      await clickButton("Stop");
      await page.until('document.querySelector("[role=status]")?.textContent === "Stopped by you"');
    });

    test("shows a failure as the server tells it", async () => {
      await openSignedIn("/playground", await mintTestToken({ scope: "usage:read" }));
      await page.until('document.querySelectorAll("option").length > 0');
      await ask("Hello");
      await page.until('document.querySelector("[role=status]")?.textContent === "Failed"');
      expect(await textOf("[role=alert]")).toContain("chat");
    });

    test.skipIf(Bun.which("mix") === null)(
      "writes the call in Elixir, and the code runs (needs elixir)",
      async () => {
        await openSignedIn("/playground");
        await page.until('document.querySelectorAll("option").length > 3');
        await page.evaluate('document.querySelector("textarea").focus()');
        await page.type('A "quote", a #{brace} and a \\ backslash');
        const snippet = String(await textOf(".card > pre.code"));
        const { hostname, port } = new URL(server.url);
        const { JWT_SECRET: secret, JWT_ISSUER: issuer, JWT_AUDIENCE: audience } = TEST_JWT;
        const jwt = `[secret: "${secret}", issuer: "${issuer}", audience: "${audience}"]`;
        const settings = `Application.put_env(:oneshot_ai, :jwt, ${jwt})`;
        const run = Bun.spawn(["mix", "run", "-e", settings, "-e", snippet], {
          cwd: join(root, "elixir/ai_client"),
          env: {
            PATH: process.env.PATH ?? "",
            HOME: process.env.HOME ?? "",
            MIX_BUILD_PATH: join(folder, "elixir"),
            AI_SERVER_URL: `http://${hostname}:${port}`,
          },
          stdout: "pipe",
          stderr: "pipe",
        });
        const [output, errors] = await Promise.all([
          new Response(run.stdout).text(),
          new Response(run.stderr).text(),
        ]);
        expect(errors).toBe("");
        expect(output).toContain('A "quote", a #{brace} and a \\ backslash');
      },
      120_000,
    );
  });

  describe.each([
    ["light", { width: 1280, height: 900 }],
    ["dark", { width: 1280, height: 900, dark: true }],
    ["a light phone", { width: 360, height: 760 }],
    ["a dark phone", { width: 360, height: 760, dark: true }],
  ] as const)("on %s", (_name, view) => {
    test.each(["/dashboard", "/playground"])(
      "%s can be read, has a name for each control and is no wider than the screen",
      async (path) => {
        await page.resize(view);
        await openSignedIn(path);
        await page.until('document.querySelectorAll("table, option").length > 3');
        expect(await page.evaluate(FAINT_TEXTS)).toEqual([]);
        expect(await page.evaluate(NAMELESS)).toEqual([]);
        expect(await page.evaluate(WIDER)).toBe(false);
        await page.resize({ width: 1280, height: 900 });
      },
    );
  });

  test("nothing of it was refused by the pages' own policy, and no script failed", () => {
    const complaints = page.complaints().filter((text) => !/status of (40[134]|429)/.test(text));
    expect(complaints).toEqual([]);
  });
});
