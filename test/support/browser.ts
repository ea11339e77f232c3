import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as z from "zod";
import { until } from "./until.ts";

export const hasChromium = Bun.which("chromium") !== null;

const replySchema = z.looseObject({
  id: z.number().optional(),
  method: z.string().optional(),
  params: z.looseObject({}).optional(),
  result: z.unknown().optional(),
  error: z.looseObject({ message: z.string() }).optional(),
});
const targetSchema = z.object({ targetId: z.string() });
const sessionSchema = z.object({ sessionId: z.string() });
const evaluationSchema = z.object({
  result: z.looseObject({ value: z.unknown().optional() }),
  exceptionDetails: z.unknown().optional(),
});
const screenshotSchema = z.object({ data: z.string() });

export interface View {
  width: number;
  height: number;
  dark?: boolean;
}

/** One page of a real browser. */
export interface Page {
  open(url: string): Promise<void>;
  resize(view: View): Promise<void>;
  /** The value of an expression in the page; a promise is waited for. */
  evaluate(expression: string): Promise<unknown>;
  /** Waits until an expression is true. */
  until(expression: string): Promise<void>;
  /** Presses a key where the focus is. */
  press(key: string): Promise<void>;
  type(text: string): Promise<void>;
  screenshot(path: string): Promise<void>;
  /** What the page complained of: errors of scripts, and what its security policy refused. */
  complaints(): string[];
}

export interface Browser {
  page: Page;
  close(): Promise<void>;
}

/** Starts Chromium with one empty page, by the DevTools protocol. */
export async function startBrowser(): Promise<Browser> {
  const profile = mkdtempSync(join(tmpdir(), "chromium-"));
  const child = Bun.spawn(
    [
      "chromium",
      ...["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
      ...["--no-first-run", "--remote-debugging-port=0", `--user-data-dir=${profile}`],
      "about:blank",
    ],
    { stdin: "ignore", stdout: "ignore", stderr: "ignore" },
  );
  const portFile = join(profile, "DevToolsActivePort");
  await until("Chromium listens", () => Bun.file(portFile).exists());
  await until("its port is written", () => readFileSync(portFile, "utf8").includes("/"));
  const [port, path] = readFileSync(portFile, "utf8").trim().split("\n");
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`);
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = reject;
  });

  const waiting = new Map<number, (reply: z.infer<typeof replySchema>) => void>();
  const complaints: string[] = [];
  let loaded = () => {};
  let ids = 0;
  socket.onmessage = ({ data }) => {
    const message = replySchema.parse(JSON.parse(String(data)));
    if (message.id !== undefined) {
      waiting.get(message.id)?.(message);
      waiting.delete(message.id);
    } else if (message.method === "Page.loadEventFired") loaded();
    else if (message.method === "Runtime.exceptionThrown" || message.method === "Log.entryAdded")
      complaints.push(JSON.stringify(message.params));
  };

  async function command(method: string, params: object = {}, sessionId?: string) {
    ids += 1;
    const id = ids;
    const reply = await new Promise<z.infer<typeof replySchema>>((resolve) => {
      waiting.set(id, resolve);
      socket.send(JSON.stringify({ id, method, params, ...(sessionId ? { sessionId } : {}) }));
    });
    if (reply.error) throw new Error(`${method}: ${reply.error.message}`);
    return reply.result;
  }

  const { targetId } = targetSchema.parse(
    await command("Target.createTarget", { url: "about:blank" }),
  );
  const { sessionId } = sessionSchema.parse(
    await command("Target.attachToTarget", { targetId, flatten: true }),
  );
  const send = (method: string, params: object = {}) => command(method, params, sessionId);
  await Promise.all([send("Page.enable"), send("Runtime.enable"), send("Log.enable")]);

  const page: Page = {
    async open(url) {
      const done = new Promise<void>((resolve) => {
        loaded = resolve;
      });
      await send("Page.navigate", { url });
      await done;
    },
    async resize({ width, height, dark = false }) {
      const metrics = { width, height, deviceScaleFactor: 1, mobile: width < 600 };
      await send("Emulation.setDeviceMetricsOverride", metrics);
      const feature = { name: "prefers-color-scheme", value: dark ? "dark" : "light" };
      await send("Emulation.setEmulatedMedia", { features: [feature] });
    },
    async evaluate(expression) {
      const { result, exceptionDetails } = evaluationSchema.parse(
        await send("Runtime.evaluate", {
          expression,
          awaitPromise: true,
          returnByValue: true,
          userGesture: true,
        }),
      );
      if (exceptionDetails) throw new Error(JSON.stringify(exceptionDetails));
      return result.value;
    },
    until: (expression) =>
      until(expression, async () => (await page.evaluate(expression)) === true),
    async press(key) {
      for (const type of ["keyDown", "keyUp"]) {
        const text = key === "Enter" ? "\r" : key === " " ? " " : undefined;
        const code = key === "Enter" ? 13 : key === "Tab" ? 9 : key === " " ? 32 : 0;
        await send("Input.dispatchKeyEvent", {
          type,
          key,
          code: key,
          windowsVirtualKeyCode: code,
          ...(type === "keyDown" && text ? { text } : {}),
        });
      }
    },
    async type(text) {
      await send("Input.insertText", { text });
    },
    async screenshot(path) {
      const shot = await send("Page.captureScreenshot", { captureBeyondViewport: true });
      await Bun.write(path, Buffer.from(screenshotSchema.parse(shot).data, "base64"));
    },
    complaints: () => [...complaints],
  };
  return {
    page,
    async close() {
      socket.close();
      child.kill("SIGKILL");
      await child.exited;
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
