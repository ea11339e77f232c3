import { ChatError } from "../../errors/chat-error.ts";
import {
  BETA_HEADER,
  FIRST_VERSION,
  parseBetas,
  parseVersion,
  VERSION_HEADER,
} from "../../formats/anthropic-messages/header-extras.ts";
import type { JsonObject } from "../../json/json-object.ts";

/**
 * The headers that belong to the request, as extras under their own names. Every client sends the
 * first version by default, so that one is not kept.
 */
export function readHeaders(headers: Headers): JsonObject {
  const version = headers.get(VERSION_HEADER);
  const betas = headers.get(BETA_HEADER);
  if (version !== null && parseVersion(version) === undefined) {
    throw new ChatError("invalid_request", {
      param: VERSION_HEADER,
      message: `${VERSION_HEADER}: this server supports versions from ${FIRST_VERSION} on.`,
    });
  }
  if (betas !== null && parseBetas(betas) === undefined) {
    throw new ChatError("invalid_request", {
      param: BETA_HEADER,
      message: `${BETA_HEADER}: must be a comma-separated list of beta names.`,
    });
  }
  return {
    ...(version === null || version === FIRST_VERSION ? {} : { [VERSION_HEADER]: version }),
    ...(betas === null ? {} : { [BETA_HEADER]: betas }),
  };
}
