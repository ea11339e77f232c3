import { describe, expect, test } from "bun:test";
import { readSettings, SettingsError } from "../src/settings.ts";

function message(env: Record<string, string>): string {
  try {
    readSettings(env);
  } catch (error) {
    if (error instanceof SettingsError) return error.message;
    throw error;
  }
  throw new Error("the settings were taken");
}

describe("readSettings", () => {
  test("listens on loopback, port 4141, and needs nothing but a token", () => {
    expect(readSettings({ GH_TOKEN: " gho_a " })).toEqual({
      host: "127.0.0.1",
      port: 4141,
      secret: null,
      gitHubToken: "gho_a",
      runtime: null,
      silenceMs: 300_000,
    });
  });

  test("uses the first token that is not empty, as GitHub's own programs do", () => {
    expect(
      readSettings({ GITHUB_TOKEN: "gho_c", GH_TOKEN: "gho_b", COPILOT_GITHUB_TOKEN: "gho_a" })
        .gitHubToken,
    ).toBe("gho_a");
    expect(
      readSettings({ GITHUB_TOKEN: "gho_c", GH_TOKEN: "gho_b", COPILOT_GITHUB_TOKEN: " " })
        .gitHubToken,
    ).toBe("gho_b");
    expect(readSettings({ GITHUB_TOKEN: "github_pat_c" }).gitHubToken).toBe("github_pat_c");
  });

  test("says what to do with a classic token, and never the token itself", () => {
    const text = message({ GH_TOKEN: "ghp_secret" });
    expect(text).toContain("GH_TOKEN");
    expect(text).toContain("gh auth token");
    expect(text).not.toContain("secret");
    expect(message({ GH_TOKEN: "gho secret" })).not.toContain("secret");
  });

  test("names the variables if there is no token", () => {
    expect(message({})).toContain("COPILOT_GITHUB_TOKEN, GH_TOKEN, GITHUB_TOKEN");
  });

  test("needs no token if a runtime is already running", () => {
    expect(
      readSettings({ COPILOT_CLI_URL: "127.0.0.1:4321", COPILOT_CLI_TOKEN: "t" }),
    ).toMatchObject({
      gitHubToken: null,
      runtime: { address: "127.0.0.1:4321", token: "t" },
    });
  });

  test("listens beyond loopback only with a secret", () => {
    expect(message({ GH_TOKEN: "gho_a", COPILOT_BRIDGE_HOST: "0.0.0.0" })).toContain(
      "COPILOT_BRIDGE_TOKEN",
    );
    const secret = "0123456789abcdef";
    expect(
      readSettings({ GH_TOKEN: "gho_a", COPILOT_BRIDGE_HOST: "::", COPILOT_BRIDGE_TOKEN: secret }),
    ).toMatchObject({
      host: "::",
      secret,
    });
    expect(message({ GH_TOKEN: "gho_a", COPILOT_BRIDGE_TOKEN: "short" })).toContain(
      "16 characters",
    );
  });

  test("refuses numbers that are not valid", () => {
    for (const port of ["x", "-1", "65536", "1.5"]) {
      expect(message({ GH_TOKEN: "gho_a", COPILOT_BRIDGE_PORT: port })).toContain(
        "COPILOT_BRIDGE_PORT",
      );
    }
    expect(message({ GH_TOKEN: "gho_a", COPILOT_BRIDGE_SILENCE_MS: "1" })).toContain(
      "COPILOT_BRIDGE_SILENCE_MS",
    );
  });
});
