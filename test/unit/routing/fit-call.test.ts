import { describe, expect, test } from "bun:test";
import type { Warning } from "../../../src/chat/event.ts";
import type { ChatRequest } from "../../../src/chat/request.ts";
import { ChatError } from "../../../src/errors/chat-error.ts";
import { callFitted } from "../../../src/routing/fit-call.ts";
import { createWarningSink } from "../../../src/routing/warning-sink.ts";
import { chatErrorOf } from "../../support/rejection.ts";
import { createStubProvider } from "../../support/stub-provider.ts";

const image = { type: "image", url: "https://example.com/a.png" } as const;

/** The second message goes to the third, so what follows comes one earlier. */
function createRequest(): ChatRequest {
  return {
    messages: [
      { role: "user", content: "Hi" },
      { role: "assistant", content: [image] },
      { role: "user", content: "Go" },
      { role: "system", content: "Now." },
      { role: "user", content: [{ type: "text", text: "Well?" }] },
    ],
  };
}

const target = {
  provider: createStubProvider({ name: "claude", format: "anthropic" }),
  model: { id: "m" },
};

function said(param: string): Warning {
  return { code: "adjusted_parameter", param, message: "m" };
}

describe("what a provider says of a message that it is given in another place", () => {
  test("names the caller's, in a warning", async () => {
    const warnings: Warning[] = [];
    const sink = createWarningSink(false, warnings);
    const sent = await callFitted(createRequest(), target, sink, async ({ messages }, warn) => {
      warn(said("messages[2].role"));
      warn(said("messages[1].content[0]"));
      warn(said("messages[1].content[1]"));
      warn(said("messages[3].content[0].cache"));
      warn(said("temperature"));
      return messages.length;
    });
    expect(sent).toBe(4);
    expect(warnings.map(({ param }) => param)).toEqual([
      "messages[1].content[0]",
      "messages[3].role",
      "messages[1].content[0]",
      "messages[2]",
      "messages[4].content[0].cache",
      "temperature",
    ]);
  });

  test("and in an error, with its text", async () => {
    const fault = new ChatError("invalid_request", {
      param: "messages[2].role",
      message: "messages[2].role: is late.",
    });
    const failed = await chatErrorOf(
      callFitted(
        createRequest(),
        target,
        () => {},
        () => Promise.reject(fault),
      ),
    );
    expect(failed).toMatchObject({
      param: "messages[3].role",
      message: "messages[3].role: is late.",
      isCallersPath: false,
    });
  });

  test("once only, if a warning is an error", async () => {
    const strict = createWarningSink(true, []);
    const warn = (warning: Warning) => {
      if (warning.param !== "messages[1].content[0]") strict(warning);
    };
    const failed = await chatErrorOf(
      callFitted(createRequest(), target, warn, async (_request, warn) => {
        warn(said("messages[2].role"));
      }),
    );
    expect(failed).toMatchObject({ param: "messages[3].role" });
  });
});

describe("what a vendor says of a place in a conversation", () => {
  const said = { param: "messages[2].content", message: "messages.2.content: is wrong" };
  const refuse = () => {
    throw new ChatError("upstream_rejected", { ...said, upstreamStatus: 400 });
  };

  test("is not taken for the caller's if the conversation was repaired", async () => {
    const error = await chatErrorOf(callFitted(createRequest(), target, () => {}, refuse));
    expect(error.param).toBeUndefined();
    expect(error.message).toStartWith(`${said.message} (The provider counts`);
    expect(error.upstreamStatus).toBe(400);
  });

  test("is passed on if it was not", async () => {
    const messages: ChatRequest["messages"] = [
      { role: "user", content: "Hi" },
      { role: "assistant", content: [{ type: "text", text: "Hello" }] },
      { role: "user", content: "Go" },
    ];
    const error = await chatErrorOf(callFitted({ messages }, target, () => {}, refuse));
    expect(error).toMatchObject(said);
  });
});
