import type { JsonObject } from "../../chat/format.ts";
import { ChatError } from "../../errors/chat-error.ts";
import { BETA_HEADER, parseBetas, parseVersion, VERSION_HEADER } from "../../formats/anthropic-messages/header-extras.ts";

/** The headers that belong to the request, as extras under their own names. */
export function readHeaders(headers: Headers): JsonObject {
  const version = headers.get(VERSION_HEADER);
  const betas = headers.get(BETA_HEADER);
  if (version !== null && parseVersion(version) === undefined) {
    throw new ChatError("invalid_request", {
      param: VERSION_HEADER,
      message: `${VERSION_HEADER}: this server speaks the versions since 2023-06-01.`,
    });
  }
  if (betas !== null && parseBetas(betas) === undefined) {
    throw new ChatError("invalid_request", { param: BETA_HEADER, message: `${BETA_HEADER}: not a list of beta names.` });
  }
  return {
    ...(version === null ? {} : { [VERSION_HEADER]: version }),
    ...(betas === null ? {} : { [BETA_HEADER]: betas }),
  };
}
