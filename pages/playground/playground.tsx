import { useEffect, useRef, useState } from "preact/hooks";
import { ApiError, get, send } from "../shared/api.ts";
import {
  type Answer,
  createAnswerFold,
  NO_ANSWER,
  readWholeAnswer,
  type WholeAnswer,
} from "./answer.ts";
import { Conversation } from "./conversation.tsx";
import type { Model, Provider } from "./model-fields.tsx";
import { QuestionForm } from "./question-form.tsx";
import { readStream } from "./read-stream.ts";
import { type Body, buildBody, EMPTY_QUESTION, type Message, type Question } from "./request.ts";
import { SnippetCard } from "./snippet-card.tsx";

interface PlaygroundProps {
  readonly token: string;
  signOut(reason?: string): void;
}

/** One conversation with any model, and everything that the server says of each answer. */
export function Playground({ token, signOut }: PlaygroundProps) {
  const [models, setModels] = useState<readonly Model[]>([]);
  const [providers, setProviders] = useState<readonly Provider[]>([]);
  const [question, setQuestion] = useState<Question>(EMPTY_QUESTION);
  const [earlier, setEarlier] = useState<readonly Message[]>([]);
  const [answer, setAnswer] = useState<Answer>();
  const [made, setMade] = useState<Body>();
  const [failure, setFailure] = useState<string>();
  const running = useRef<AbortController | null>(null);

  useEffect(() => {
    Promise.all([
      get<{ models: Model[] }>(token, "/models"),
      get<{ providers: Provider[] }>(token, "/providers"),
    ]).then(
      ([listed, known]) => {
        setModels(listed.models.filter(({ kind }) => kind === "chat"));
        const usable = known.providers.filter(({ available }) => available);
        setProviders(usable);
        // The token may not allow the provider that the form begins with.
        const [first] = usable;
        if (first && !usable.some(({ name }) => name === EMPTY_QUESTION.provider))
          setQuestion((asked) => ({
            ...asked,
            provider: first.name,
            model: first.default_model ?? "",
          }));
      },
      (thrown: unknown) => {
        if (thrown instanceof ApiError && thrown.status === 401) signOut(thrown.message);
        else setFailure(describe(thrown));
      },
    );
    return () => running.current?.abort();
  }, [token]);

  async function ask(): Promise<void> {
    let body: Body;
    try {
      body = buildBody(question, earlier);
    } catch (thrown) {
      setFailure(describe(thrown));
      return;
    }
    const controller = new AbortController();
    const startedAt = performance.now();
    const fold = createAnswerFold(startedAt);
    running.current = controller;
    setFailure(undefined);
    setAnswer(NO_ANSWER);
    setMade(body);
    try {
      const response = await send(token, "/chat", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
        signal: controller.signal,
      });
      let last: Answer = NO_ANSWER;
      if (response.headers.get("content-type")?.startsWith("text/event-stream") && response.body) {
        // Painted once for what has come together, not once for each event.
        let frame = 0;
        for await (const data of readStream(response.body)) {
          last = fold.add(data);
          const shown = last;
          cancelAnimationFrame(frame);
          frame = requestAnimationFrame(() => setAnswer(shown));
        }
        cancelAnimationFrame(frame);
        if (last.state === "running")
          last = fold.end({
            state: "failed",
            error: "The connection broke before the answer's end.",
          });
      } else {
        const whole: WholeAnswer = await response.json();
        last = readWholeAnswer(whole, startedAt);
      }
      setAnswer(last);
      if (last.state === "done") {
        const content = body.messages.at(-1)?.content ?? question.text;
        setEarlier([
          ...earlier,
          { role: "user", content },
          { role: "assistant", content: last.text },
        ]);
        setQuestion({ ...question, text: "", images: [] });
      }
    } catch (thrown) {
      if (controller.signal.aborted) setAnswer(fold.end({ state: "stopped" }));
      else if (thrown instanceof ApiError && thrown.status === 401) signOut(thrown.message);
      else setAnswer(fold.end({ state: "failed", error: describe(thrown) }));
    } finally {
      running.current = null;
    }
  }

  const isRunning = answer?.state === "running";
  return (
    <>
      <h1>Playground</h1>
      {failure !== undefined && (
        <p class="card error" role="alert">
          {failure}
        </p>
      )}
      <div class="columns">
        <div>
          <QuestionForm
            question={question}
            models={models}
            providers={providers}
            turns={earlier.length / 2}
            isRunning={isRunning}
            onChange={setQuestion}
            onAsk={() => void ask()}
            onStop={() => running.current?.abort()}
            onRestart={() => {
              setEarlier([]);
              setMade(undefined);
              setAnswer(undefined);
            }}
            onFailure={setFailure}
          />
        </div>
        <div>
          <Conversation messages={made?.messages ?? []} answer={answer} />
          <SnippetCard question={question} earlier={earlier} made={made} />
        </div>
      </div>
    </>
  );
}

function describe(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : "The call failed.";
}
