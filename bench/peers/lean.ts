// A translator by hand: an OpenAI-like request → Anthropic's, and its answer or stream → an
// OpenAI-like one. It leaves out tokens, checks of any kind, tools, images, reasoning, cost, the
// log, errors, retries, heartbeats and timeouts, and a caller who leaves or does not read.
import { type Answer, type Body, type Delta, translate } from "./translate.ts";

const readAnswer = (response: Response): Promise<Answer> => response.json();
const parseDelta = (data: string): Delta => JSON.parse(data);

export default {
  async fetch(request: Request): Promise<Response> {
    const body: Body = await request.json();
    return translate(body, readAnswer, parseDelta);
  },
};
