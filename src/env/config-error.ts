/**
 * A setting with which the server must not start. The message names the variable and says what to do; it never holds the value, which
 * may be a secret.
 */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly variable: string;

  /** `problem` goes on after the variable's name: `is shorter than 32 bytes; …`. */
  constructor(variable: string, problem: string) {
    super(`${variable} ${problem}`);
    this.variable = variable;
  }
}
