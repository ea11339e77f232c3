import type { Answer } from "./answer.ts";
import { AnswerDetails } from "./answer-details.tsx";
import type { Message, Part } from "./request.ts";

interface ConversationProps {
  /** What was sent with the last call: the turns before, and the question. */
  readonly messages: readonly Message[];
  readonly answer: Answer | undefined;
}

/** The turns of the conversation, and what is known of the last answer. */
export function Conversation({ messages, answer }: ConversationProps) {
  return (
    <section class="card" aria-label="Conversation" aria-busy={answer?.state === "running"}>
      <h2>Conversation</h2>
      {answer === undefined ? (
        <p class="empty">Nothing has been asked yet.</p>
      ) : (
        <>
          <ol class="turns" aria-label="Turns">
            {messages
              .filter(({ role }) => role !== "system")
              .map(({ role, content }, index) => (
                <li key={`${index} ${role}`} class={role}>
                  <h3>{role === "user" ? "You" : "Answer"}</h3>
                  <Content content={content} />
                </li>
              ))}
          </ol>
          <AnswerDetails answer={answer} />
        </>
      )}
    </section>
  );
}

function Content({ content }: Pick<Message, "content">) {
  const parts: readonly Part[] =
    typeof content === "string" ? [{ type: "text", text: content }] : content;
  return (
    <>
      {parts.map((part, index) =>
        part.type === "image" ? (
          <img
            key={`${index} image`}
            src={`data:${part.media_type};base64,${part.data}`}
            alt={`Sent with the message: number ${index + 1}`}
          />
        ) : (
          <p key={`${index} text`} class="prose">
            {part.text === "" ? "(no text)" : part.text}
          </p>
        ),
      )}
    </>
  );
}
