import type { Body } from "./request.ts";

export const LANGUAGES = ["Elixir", "curl", "TypeScript"] as const;
export type Language = (typeof LANGUAGES)[number];

/** The same call in another language. The token is a variable: it must not be copied by accident. */
export function writeSnippet(language: Language, body: Body, origin: string): string {
  switch (language) {
    case "Elixir":
      return writeElixir(body);
    case "curl":
      return [
        `curl ${origin}/chat ${body.stream ? "-N " : ""}\\`,
        `  -H "Authorization: Bearer $TOKEN" \\`,
        `  -H "Content-Type: application/json" \\`,
        `  -d '${JSON.stringify(body).replaceAll("'", "'\\''")}'`,
      ].join("\n");
    case "TypeScript":
      return writeTypeScript(body, origin);
  }
}

function writeElixir(body: Body): string {
  const { provider, messages, stream, ...options } = body;
  const list = Object.entries(options)
    .map(([name, value]) => `, ${name}: ${toElixir(value)}`)
    .join("");
  const call = `(${toElixir(provider)}, ${toElixir(messages)}${list})`;
  if (!stream) return `{:ok, response} = OneshotAI.chat${call}\n\nIO.puts(response.text)`;
  return [
    "alias OneshotAI.Event",
    "",
    `for event <- OneshotAI.stream${call} do`,
    "  case event do",
    "    %Event.PartDelta{kind: :text, delta: text} -> IO.write(text)",
    '    %Event.Done{} -> IO.puts("")',
    "    {:error, error} -> raise error",
    "    _ -> :ok",
    "  end",
    "end",
  ].join("\n");
}

/** JSON as a term of Elixir: keys that are plain words become atoms, others stay strings. */
function toElixir(value: unknown): string {
  if (value === null) return "nil";
  if (typeof value === "string") return `"${escapeElixir(value)}"`;
  if (typeof value !== "object") return String(value);
  if (Array.isArray(value)) return `[${value.map(toElixir).join(", ")}]`;
  const fields = Object.entries(value);
  const plain = fields.every(([name]) => /^[a-z_][a-z0-9_]*$/.test(name));
  const pairs = fields.map(([name, field]) =>
    plain ? `${name}: ${toElixir(field)}` : `${toElixir(name)} => ${toElixir(field)}`,
  );
  return `%{${pairs.join(", ")}}`;
}

/** `#{` would run code. */
function escapeElixir(text: string): string {
  return text
    .replaceAll("\\", "\\\\")
    .replaceAll('"', '\\"')
    .replaceAll("#{", "\\#{")
    .replaceAll("\n", "\\n")
    .replaceAll("\r", "\\r")
    .replaceAll("\t", "\\t");
}

function writeTypeScript(body: Body, origin: string): string {
  const json = JSON.stringify(body, null, 2).replaceAll("\n", "\n  ");
  const call = [
    `const response = await fetch(${JSON.stringify(`${origin}/chat`)}, {`,
    '  method: "POST",',
    "  headers: {",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the snippet's own template.
    "    authorization: `Bearer ${process.env.TOKEN}`,",
    '    "content-type": "application/json",',
    "  },",
    `  body: JSON.stringify(${json}),`,
    "});",
    "if (!response.ok || !response.body) throw new Error(await response.text());",
  ];
  const whole = ["const answer = await response.json();", "console.log(answer.text);"];
  const streamed = [
    'let rest = "";',
    "for await (const piece of response.body.pipeThrough(new TextDecoderStream())) {",
    '  const lines = (rest + piece).split("\\n");',
    '  rest = lines.pop() ?? "";',
    "  for (const line of lines) {",
    '    if (!line.startsWith("data: ")) continue;',
    "    const event = JSON.parse(line.slice(6));",
    '    if (event.type === "part-delta" && event.kind === "text") process.stdout.write(event.delta);',
    '    if (event.type === "error") throw new Error(event.error.message);',
    "  }",
    "}",
  ];
  return [...call, ...(body.stream ? streamed : whole)].join("\n");
}
