/** The server's own version; a test holds it against package.json, which is not read at run time (Deno and bundlers disagree on how). */
export const VERSION = "0.1.0";
