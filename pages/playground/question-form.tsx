import { useState } from "preact/hooks";
import { type Model, ModelFields, type Provider } from "./model-fields.tsx";
import { type Question, readImage } from "./request.ts";

const IMAGE_TYPES = ["image/png", "image/jpeg", "image/gif", "image/webp"];
const EFFORTS = ["none", "low", "medium", "high"];

interface QuestionFormProps {
  readonly question: Question;
  readonly models: readonly Model[];
  readonly providers: readonly Provider[];
  /** Questions that were answered before. */
  readonly turns: number;
  readonly isRunning: boolean;
  onChange(question: Question): void;
  onAsk(): void;
  onStop(): void;
  onRestart(): void;
  onFailure(message: string): void;
}

export function QuestionForm(props: QuestionFormProps) {
  const {
    question,
    models,
    providers,
    turns,
    isRunning,
    onChange,
    onAsk,
    onStop,
    onRestart,
    onFailure,
  } = props;
  const [isOver, setOver] = useState(false);
  const set = (changes: Partial<Question>) => onChange({ ...question, ...changes });

  async function addImages(files: Iterable<File>): Promise<void> {
    const list = [...files];
    const other = list.find(({ type }) => !IMAGE_TYPES.includes(type));
    if (other) return onFailure(`${other.name} is no PNG, JPEG, GIF or WebP image.`);
    try {
      set({ images: [...question.images, ...(await Promise.all(list.map(readImage)))] });
    } catch (thrown) {
      onFailure(thrown instanceof Error ? thrown.message : "The image cannot be read.");
    }
  }

  return (
    <form
      class={isOver ? "card question over" : "card question"}
      aria-label="Question"
      onSubmit={(event) => {
        event.preventDefault();
        onAsk();
      }}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        void addImages(event.dataTransfer?.files ?? []);
      }}
    >
      <ModelFields
        provider={question.provider}
        model={question.model}
        models={models}
        providers={providers}
        onChange={set}
      />
      <label>
        System
        <input
          value={question.system}
          onInput={({ currentTarget: { value } }) => set({ system: value })}
        />
      </label>
      <label>
        Message
        <textarea
          rows={6}
          required
          value={question.text}
          aria-describedby="message-help"
          onInput={({ currentTarget: { value } }) => set({ text: value })}
          onKeyDown={(event) => {
            if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !isRunning) {
              event.preventDefault();
              event.currentTarget.form?.requestSubmit();
            }
          }}
        />
      </label>
      <p id="message-help" class="soft">
        Ctrl+Enter sends it. Drop images here, or{" "}
        <label class="file">
          choose some
          <input
            type="file"
            multiple
            accept={IMAGE_TYPES.join(",")}
            onChange={({ currentTarget }) => {
              void addImages(currentTarget.files ?? []);
              currentTarget.value = "";
            }}
          />
        </label>
        .
      </p>
      {question.images.length > 0 && (
        <ul class="images" aria-label="Images">
          {question.images.map(({ name, mediaType, data }, index) => (
            <li key={`${index} ${name}`}>
              <img src={`data:${mediaType};base64,${data}`} alt={name} />
              <button
                type="button"
                class="quiet"
                onClick={() => set({ images: question.images.filter((_, one) => one !== index) })}
              >
                Remove {name}
              </button>
            </li>
          ))}
        </ul>
      )}
      <details>
        <summary>Parameters</summary>
        <div class="parameters">
          <label>
            Temperature
            <input
              type="number"
              min={0}
              max={2}
              step={0.1}
              value={question.temperature}
              onInput={({ currentTarget: { value } }) => set({ temperature: value })}
            />
          </label>
          <label>
            Most tokens
            <input
              type="number"
              min={1}
              step={1}
              value={question.maxTokens}
              onInput={({ currentTarget: { value } }) => set({ maxTokens: value })}
            />
          </label>
          <label>
            Reasoning
            <select
              value={question.effort}
              onChange={({ currentTarget: { value } }) => set({ effort: value })}
            >
              <option value="">model's own</option>
              {EFFORTS.map((effort) => (
                <option key={effort}>{effort}</option>
              ))}
            </select>
          </label>
          <label class="check">
            <input
              type="checkbox"
              checked={question.stream}
              onChange={({ currentTarget: { checked } }) => set({ stream: checked })}
            />
            Stream
          </label>
        </div>
        <label>
          Tools, as a JSON list
          <textarea
            rows={4}
            class="code"
            spellcheck={false}
            value={question.tools}
            onInput={({ currentTarget: { value } }) => set({ tools: value })}
          />
        </label>
      </details>
      <div class="actions">
        {isRunning ? (
          <button key="stop" type="button" onClick={onStop}>
            Stop
          </button>
        ) : (
          <button key="send" type="submit">
            Send
          </button>
        )}
        {turns > 0 && !isRunning && (
          <button type="button" class="quiet" onClick={onRestart}>
            New conversation ({turns} {turns === 1 ? "turn" : "turns"} so far)
          </button>
        )}
      </div>
    </form>
  );
}
