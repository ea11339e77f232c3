import { useState } from "preact/hooks";
import { type Body, buildBody, type Message, type Question } from "./request.ts";
import { LANGUAGES, type Language, writeSnippet } from "./snippets.ts";

interface SnippetCardProps {
  readonly question: Question;
  readonly earlier: readonly Message[];
  /** The last call that was made. */
  readonly made: Body | undefined;
}

/** The call that the form would make, or else the one that it made last, to be pasted elsewhere. */
export function SnippetCard({ question, earlier, made }: SnippetCardProps) {
  const [language, setLanguage] = useState<Language>("Elixir");
  const [copied, setCopied] = useState(false);
  const snippet =
    question.text === "" && made !== undefined
      ? writeSnippet(language, made, location.origin)
      : write(language, question, earlier);

  async function copy(): Promise<void> {
    await navigator.clipboard.writeText(snippet);
    setCopied(true);
    setTimeout(() => setCopied(false), 2000);
  }

  return (
    <section class="card" aria-label="The same call in code">
      <h2>The same call in code</h2>
      <div class="actions">
        <fieldset class="segments">
          <legend class="hidden">Language</legend>
          {LANGUAGES.map((name) => (
            <button
              key={name}
              type="button"
              aria-pressed={name === language}
              onClick={() => setLanguage(name)}
            >
              {name}
            </button>
          ))}
        </fieldset>
        <button type="button" class="quiet" onClick={() => void copy()}>
          {copied ? "Copied" : "Copy"}
        </button>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard. */}
      <pre class="code tall" tabIndex={0}>
        {snippet}
      </pre>
    </section>
  );
}

function write(language: Language, question: Question, earlier: readonly Message[]): string {
  try {
    return writeSnippet(language, buildBody(question, earlier), location.origin);
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : "";
  }
}
