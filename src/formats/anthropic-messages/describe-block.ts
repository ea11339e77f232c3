import type { JsonObject } from "../../json/json-object.ts";
import { isJsonObject } from "../../json/json-object.ts";
import { readObjects, readText } from "../../json/narrow.ts";

/**
 * What a vendor of another format is told in the place of a block that only this format has;
 * undefined if its content cannot be told in words. These stand in results of the caller's own
 * tools, which would otherwise arrive empty.
 */
export function describeBlock(block: JsonObject): string | undefined {
  switch (block.type) {
    case "tool_reference": {
      const name = readText(block.tool_name);
      return name === undefined ? undefined : `The tool ${name} can be called now.`;
    }
    case "search_result": {
      const { title, source, content } = block;
      const head = [title, source].map(readText).filter((text) => text !== undefined);
      return joinLines([...head, ...textsOf(content)]);
    }
    case "document": {
      if (!isJsonObject(block.source) || block.source.type !== "content") return undefined;
      const { content } = block.source;
      const texts = typeof content === "string" ? [content] : textsOf(content);
      return joinLines([readText(block.title), ...texts]);
    }
    default:
      return undefined;
  }
}

function textsOf(content: unknown): string[] {
  return readObjects(content).flatMap(({ text }) => readText(text) ?? []);
}

function joinLines(lines: readonly (string | undefined)[]): string | undefined {
  const said = lines.filter((line) => line !== undefined);
  return said.length === 0 ? undefined : said.join("\n");
}
