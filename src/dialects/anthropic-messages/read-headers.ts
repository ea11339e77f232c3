import { ChatError } from "../../errors/chat-error.ts";
import {
  BETA_HEADER,
  FIRST_VERSION,
  parseBetas,
  parseVersion,
  VERSION_HEADER,
} from "../../formats/anthropic-messages/header-extras.ts";
import type { JsonObject } from "../../json/json-object.ts";

/** The headers that belong to the request, as extras under their own names. All clients say the first version in every call, which says nothing. */
export function readHeaders(headers: Headers): JsonObject {
  const version = headers.get(VERSION_HEADER);
  const betas = headers.get(BETA_HEADER);
  if (version !== null && parseVersion(version) === undefined) {
    throw new ChatError("invalid_request", {
      param: VERSION_HEADER,
      message: `${VERSION_HEADER}: this server speaks the versions since ${FIRST_VERSION}.`,
    });
  }
  if (betas !== null && parseBetas(betas) === undefined) {
    throw new ChatError("invalid_request", {
      param: BETA_HEADER,
      message: `${BETA_HEADER}: not a list of beta names.`,
    });
  }
  return {
    ...(version === null || version === FIRST_VERSION ? {} : { [VERSION_HEADER]: version }),
    ...(betas === null ? {} : { [BETA_HEADER]: betas }),
  };
}
