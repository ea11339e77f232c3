/** The id by which clients ask for an answer of this server again. */
export function encodeKeptId(requestId: string): string {
  return `resp_${requestId}`;
}

/** OpenAI's own ids are longer. */
const KEPT_ID = /^resp_([0-9a-f]{32})$/;

/** The request's id in such an id; undefined if it is none of this server's. */
export function decodeKeptId(id: string): string | undefined {
  return KEPT_ID.exec(id)?.[1];
}
