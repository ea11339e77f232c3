import * as z from "zod/mini";

/**
 * An upstream's base URL, which comes only from the operator's configuration: http or https,
 * without credentials, query or fragment. A trailing slash is dropped, so that paths can be
 * appended.
 */
export const baseUrlSchema = z.pipe(
  z.string(),
  z.transform((value, context) => {
    const url = URL.canParse(value) ? new URL(value) : undefined;
    if (
      !url ||
      !/^https?:$/.test(url.protocol) ||
      url.username ||
      url.password ||
      url.search ||
      url.hash
    ) {
      context.issues.push({
        code: "custom",
        input: value,
        message: "must be an http or https URL without user name, query or fragment",
      });
      return z.NEVER;
    }
    return value.replace(/\/+$/, "");
  }),
);
