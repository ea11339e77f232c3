import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { forgetToken, keepToken, readToken } from "./session.ts";

interface ShellProps {
  readonly current: "dashboard" | "playground";
  /** What may be seen with this token. */
  readonly children: (token: string, signOut: (reason?: string) => void) => ComponentChildren;
}

/** The frame of both pages: the way between them, and signing in. */
export function Shell({ current, children }: ShellProps) {
  const [token, setToken] = useState(readToken);
  const [reason, setReason] = useState<string>();

  function signOut(why?: string): void {
    forgetToken();
    setReason(why);
    setToken(null);
  }

  return (
    <>
      <header class="bar">
        <span class="brand">AI server</span>
        <nav aria-label="Pages">
          <a href="/dashboard" aria-current={current === "dashboard" ? "page" : undefined}>
            Dashboard
          </a>
          <a href="/playground" aria-current={current === "playground" ? "page" : undefined}>
            Playground
          </a>
          <a href="/docs">API</a>
        </nav>
        {token !== null && (
          <button type="button" class="quiet" onClick={() => signOut()}>
            Sign out
          </button>
        )}
      </header>
      <main>
        {token === null ? (
          <SignIn
            reason={reason}
            onToken={(given) => {
              keepToken(given);
              setToken(given.trim());
            }}
          />
        ) : (
          children(token, signOut)
        )}
      </main>
    </>
  );
}

interface SignInProps {
  readonly reason: string | undefined;
  onToken(token: string): void;
}

function SignIn({ reason, onToken }: SignInProps) {
  return (
    <form
      class="card sign-in"
      onSubmit={(event) => {
        event.preventDefault();
        const token = new FormData(event.currentTarget).get("token");
        if (typeof token === "string" && token.trim() !== "") onToken(token);
      }}
    >
      <h1>Sign in</h1>
      {reason !== undefined && (
        <p class="error" role="alert">
          {reason}
        </p>
      )}
      <label for="token">Token</label>
      <input
        id="token"
        name="token"
        type="password"
        autocomplete="off"
        spellcheck={false}
        required
        aria-describedby="token-help"
      />
      <p id="token-help" class="soft">
        A JWT for this server. In development mode, use the link that the server printed at its
        start. Otherwise <code>npm run -s token</code> makes one for your own calls, and{" "}
        <code>npm run -s token -- --scope admin</code> makes an operator's, which sees all calls. It
        stays in this tab and goes nowhere else.
      </p>
      <button type="submit">Sign in</button>
    </form>
  );
}
