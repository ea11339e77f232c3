/** A request as the upstream got it. */
export interface HttpRequest {
  method: string;
  /** Path and query. */
  url: string;
  headers: Headers;
  body: Uint8Array;
}

export interface HttpRequestReader {
  /**
   * The requests completed by these bytes (HTTP/1.1, RFC 9112; bodies by content-length or
   * chunked).
   */
  read(bytes: Uint8Array): HttpRequest[];
}

const HEAD_END = Buffer.from("\r\n\r\n");

function parseHead(text: string): HttpRequest {
  const [requestLine = "", ...lines] = text.split("\r\n");
  const [method = "", url = ""] = requestLine.split(" ");
  const headers = new Headers();
  for (const line of lines) {
    const colon = line.indexOf(":");
    headers.append(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  return { method, url, headers, body: new Uint8Array() };
}

/**
 * The chunked body at the start of `buffer`, with the number of bytes that it took; undefined while
 * it is incomplete.
 */
function readChunkedBody(buffer: Buffer): { body: Buffer; end: number } | undefined {
  const chunks: Buffer[] = [];
  let at = 0;
  for (;;) {
    const lineEnd = buffer.indexOf("\r\n", at);
    if (lineEnd === -1) return undefined;
    const size = Number.parseInt(buffer.toString("latin1", at, lineEnd), 16);
    const dataEnd = lineEnd + 2 + size;
    if (buffer.length < dataEnd + 2) return undefined;
    if (size === 0) return { body: Buffer.concat(chunks), end: dataEnd + 2 };
    chunks.push(buffer.subarray(lineEnd + 2, dataEnd));
    at = dataEnd + 2;
  }
}

/** Reads the requests of one connection. */
export function createHttpRequestReader(): HttpRequestReader {
  let pieces: Buffer[] = [];
  let size = 0;
  /**
   * Do not look again before this many bytes are there: a large body in small pieces is then joined
   * once.
   */
  let wanted = 0;

  function readOne(buffer: Buffer): { request: HttpRequest; end: number } | undefined {
    const headEnd = buffer.indexOf(HEAD_END);
    if (headEnd === -1) return undefined;
    const request = parseHead(buffer.toString("latin1", 0, headEnd));
    const bodyStart = headEnd + HEAD_END.length;
    if (request.headers.get("transfer-encoding")?.includes("chunked")) {
      const chunked = readChunkedBody(buffer.subarray(bodyStart));
      return (
        chunked && {
          request: { ...request, body: new Uint8Array(chunked.body) },
          end: bodyStart + chunked.end,
        }
      );
    }
    const end = bodyStart + Number(request.headers.get("content-length") ?? 0);
    wanted = end;
    if (buffer.length < end) return undefined;
    return { request: { ...request, body: new Uint8Array(buffer.subarray(bodyStart, end)) }, end };
  }

  return {
    read(bytes) {
      pieces.push(Buffer.from(bytes));
      size += bytes.byteLength;
      const requests: HttpRequest[] = [];
      while (size > 0 && size >= wanted) {
        const buffer = Buffer.concat(pieces, size);
        pieces = [buffer];
        const next = readOne(buffer);
        if (!next) break;
        requests.push(next.request);
        pieces = [buffer.subarray(next.end)];
        size -= next.end;
        wanted = 0;
      }
      return requests;
    },
  };
}
