// The conversation lives only on this page. What is visible is what the model gets with the next question: the answer's message
// as the server sent it or, if the answer was stopped or failed, the text that had arrived.
import { render } from "/markdown.js";

const element = (id) => document.getElementById(id);
const [conversation, notice, provider, prompt, send, stop, fresh] = [
  "conversation",
  "notice",
  "provider",
  "prompt",
  "send",
  "stop",
  "new",
].map(element);

let messages = [];
/** Ends the answer that is being written; null while none is. */
let controller = null;

function add(parent, tag, className, text = "") {
  const child = document.createElement(tag);
  child.className = className;
  child.textContent = text;
  parent.append(child);
  return child;
}

/** Adds to the page, and follows the text down unless the person has scrolled away from its end. */
function grow(change) {
  const follows =
    conversation.scrollHeight - conversation.scrollTop - conversation.clientHeight < 60;
  change();
  if (follows) conversation.scrollTop = conversation.scrollHeight;
}

function setBusy(busy) {
  send.hidden = busy;
  stop.hidden = !busy;
  fresh.hidden = busy || messages.length === 0;
}

/** The events of a stream whose data is JSON, as they come. */
async function* readEvents(body) {
  let text = "";
  for await (const piece of body.pipeThrough(new TextDecoderStream())) {
    text += piece;
    const events = text.split("\n\n");
    text = events.pop();
    for (const event of events) if (event.startsWith("data: ")) yield JSON.parse(event.slice(6));
  }
}

function describe(done, from) {
  const { usage, cost, finish_reason: reason } = done;
  const facts = [from];
  if (usage) facts.push(`${usage.input_tokens} + ${usage.output_tokens} tokens`);
  if (cost !== null) facts.push(`$${cost.toFixed(4)}`);
  if (reason === "length") facts.push("cut at the length limit");
  if (reason === "content_filter") facts.push("ended by the provider's filter");
  return facts.join(" · ");
}

function addButton(parent, label, act) {
  const button = add(parent, "button", "quiet small", label);
  button.type = "button";
  button.addEventListener("click", () => act(button));
}

async function copy(text, button) {
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  } catch {
    button.textContent = "Copying is not allowed";
  }
}

/** Replaces the rendered text at most once per frame, however fast the answer is. */
function createWriter(target) {
  let text = "";
  let frame = 0;
  const show = () => {
    frame = 0;
    grow(() => target.replaceChildren(...render(text)));
  };
  return {
    get text() {
      return text;
    },
    write(piece) {
      text += piece;
      frame ||= requestAnimationFrame(show);
    },
    finish() {
      cancelAnimationFrame(frame);
      show();
    },
  };
}

async function ask(question) {
  const before = messages;
  const asked = [...before, { role: "user", content: question }];
  notice.hidden = true;
  for (const button of conversation.querySelectorAll(".retry")) button.remove();
  const turn = add(conversation, "section", "turn");
  add(turn, "div", "message user", question);
  const answer = add(turn, "div", "message assistant writing");
  const reasoning = add(answer, "div", "reasoning");
  const writer = createWriter(add(answer, "div", "text"));
  const facts = add(turn, "p", "meta");
  const fail = (reason) => {
    facts.classList.add("fault");
    facts.textContent = reason;
  };
  conversation.scrollTop = conversation.scrollHeight;

  controller = new AbortController();
  setBusy(true);
  let message = null;
  try {
    const response = await fetch("/chat", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ ...JSON.parse(provider.value), messages: asked }),
      signal: controller.signal,
    });
    if (!response.ok)
      throw new Error((await response.text()) || `The page's server answered ${response.status}.`);

    let from = "";
    let ended = false;
    for await (const event of readEvents(response.body)) {
      if (event.type === "start") from = `${event.provider} ${event.model}`;
      if (event.type === "reasoning") grow(() => reasoning.append(event.text));
      if (event.type === "text") writer.write(event.text);
      if (event.type === "error") fail(event.message);
      if (event.type === "done") {
        message = event.message;
        facts.textContent = describe(event, from);
      }
      ended ||= event.type === "done" || event.type === "error";
    }
    if (!ended) fail("The connection broke before the answer was complete.");
  } catch (error) {
    fail(error.name === "AbortError" ? "Stopped." : error.message);
  } finally {
    writer.finish();
    if (message === null && writer.text !== "")
      message = { role: "assistant", content: writer.text };
    messages = message === null ? asked : [...asked, message];
    answer.classList.remove("writing");
    const actions = add(turn, "div", "actions");
    if (writer.text !== "") addButton(actions, "Copy", (button) => copy(writer.text, button));
    addButton(add(actions, "span", "retry"), "Try again", () => {
      if (controller) return;
      messages = before;
      turn.remove();
      ask(question);
    });
    controller = null;
    grow(() => setBusy(false));
    prompt.focus();
  }
}

function fitPrompt() {
  prompt.style.height = "auto";
  prompt.style.height = `${prompt.scrollHeight + 2}px`;
}

element("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  const question = prompt.value.trim();
  if (question === "" || controller || send.disabled) return;
  prompt.value = "";
  fitPrompt();
  ask(question);
});

prompt.addEventListener("input", fitPrompt);
prompt.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  element("composer").requestSubmit();
});

stop.addEventListener("click", () => controller?.abort());

fresh.addEventListener("click", () => {
  messages = [];
  conversation.replaceChildren(notice);
  notice.hidden = false;
  setBusy(false);
  prompt.focus();
});

async function loadProviders() {
  try {
    const response = await fetch("/providers");
    const { providers, locked, error } = await response.json();
    if (error) throw new Error(error);
    for (const { name, models } of providers) {
      const group = document.createElement("optgroup");
      group.label = name;
      group.append(
        new Option(
          models.length > 0 ? `${name} (default)` : name,
          JSON.stringify({ provider: name }),
        ),
      );
      for (const model of models)
        group.append(new Option(model, JSON.stringify({ provider: name, model })));
      provider.append(group);
    }
    notice.textContent = locked
      ? "Ask something: echo repeats it, word by word. Set WEB_PASSWORD to open the other providers."
      : "Ask something. The answer appears as it is written.";
    provider.disabled = providers.length === 0;
    send.disabled = providers.length === 0;
  } catch (error) {
    notice.textContent = error.message;
    notice.classList.add("fault");
  }
}

await loadProviders();
prompt.focus();
