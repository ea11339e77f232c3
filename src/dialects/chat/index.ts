import { readBearer } from "../../auth/read-token.ts";
import { createNameParam } from "../caller-paths.ts";
import type { Dialect } from "../dialect.ts";
import { encodeAnswerState } from "./answer-state.ts";
import { decodeRequest } from "./decode-request.ts";
import { chatErrors } from "./encode-error.ts";
import { encodeResponse } from "./encode-response.ts";
import { createStreamEncoder } from "./encode-stream.ts";

/** The server's own dialect, `POST /chat`: the chat model in snake case. */
export const chatDialect: Dialect = {
  name: "chat",
  ...chatErrors,
  format: null,
  readToken: readBearer,
  defaultProvider: null,
  decodeRequest,
  encodeResponse,
  createStreamEncoder,
  nameParam: createNameParam({}, null),
  background: { status: 202, streams: false, encodeState: encodeAnswerState },
};
