// The conversation lives on this page alone. What the server sends as the answer's message goes back with the next question as it is.
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

async function ask(question) {
  const asked = [...messages, { role: "user", content: question }];
  notice.hidden = true;
  add(conversation, "div", "message user", question);
  const answer = add(conversation, "div", "message assistant writing");
  const reasoning = add(answer, "div", "reasoning");
  const text = add(answer, "div", "text");
  const fail = (reason) => grow(() => add(answer, "p", "meta fault", reason));
  conversation.scrollTop = conversation.scrollHeight;

  controller = new AbortController();
  setBusy(true);
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
      if (event.type === "text") grow(() => text.append(event.text));
      if (event.type === "error") fail(event.message);
      if (event.type === "done") {
        messages = [...asked, event.message];
        grow(() => add(answer, "p", "meta", describe(event, from)));
      }
      ended ||= event.type === "done" || event.type === "error";
    }
    if (!ended) fail("The connection broke before the answer was complete.");
  } catch (error) {
    fail(error.name === "AbortError" ? "Stopped." : error.message);
  } finally {
    answer.classList.remove("writing");
    controller = null;
    setBusy(false);
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
    // `echo-slow` writes as slowly as a model does.
    const choices = providers.flatMap(({ name }) =>
      name === "echo"
        ? [{ provider: name }, { provider: name, model: "echo-slow" }]
        : [{ provider: name }],
    );
    for (const choice of choices)
      provider.add(new Option(choice.model ?? choice.provider, JSON.stringify(choice)));
    notice.textContent = locked
      ? "Without a password this page has only echo, which says again what you say. Set WEB_PASSWORD to open the other providers."
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
