/**
 * A setting that the server must not start with. The message names the variable and says what to
 * do. It never contains the value, which may be a secret.
 */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly variable: string;

  /** `problem` continues the sentence after the variable's name: `is shorter than 32 bytes; …`. */
  constructor(variable: string, problem: string) {
    super(`${variable} ${problem}`);
    this.variable = variable;
  }
}
