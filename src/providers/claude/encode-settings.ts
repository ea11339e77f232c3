import type { EncodeCall } from "../../chat/encode-call.ts";
import type { JsonObject } from "../../json/json-object.ts";

/**
 * Sampling parameters. While Claude reasons, it takes only their defaults (and `top_p` from 0.95).
 */
export function encodeSampling({ request, warn }: EncodeCall, reasons: boolean): JsonObject {
  const { temperature, top_p: topP, stop } = request;
  const sampling: JsonObject = {};
  const leaveOut = (param: string) =>
    warn({
      code: "unsupported_parameter",
      param,
      message: `Claude does not support ${param} while reasoning; it was left out.`,
    });
  if (temperature !== undefined) {
    if (reasons && temperature !== 1) leaveOut("temperature");
    else {
      // Other vendors' scale ends at 2, Claude's at 1.
      sampling.temperature = Math.min(1, temperature);
      if (temperature > 1)
        warn({
          code: "adjusted_parameter",
          param: "temperature",
          message: "Claude's highest temperature is 1; sent 1.",
        });
    }
  }
  if (topP !== undefined) {
    if (reasons && topP < 0.95) leaveOut("top_p");
    else sampling.top_p = topP;
  }
  const stops = stop?.filter((text, index) => {
    if (text.trim() !== "") return true;
    const message = "Claude refuses stop sequences of white space only; it was left out.";
    warn({ code: "unsupported_parameter", param: `stop[${index}]`, message });
    return false;
  });
  if (stops && (stops.length > 0 || stop?.length === 0)) sampling.stop_sequences = stops;
  return sampling;
}

/** Only `user_id` has a place. */
export function encodeMetadata({ request: { metadata }, warn }: EncodeCall): JsonObject {
  if (!metadata) return {};
  const { user_id, ...others } = metadata;
  for (const name of Object.keys(others)) {
    const message = "Claude supports only user_id in metadata; this field was left out.";
    warn({ code: "unsupported_parameter", param: `metadata.${name}`, message });
  }
  return user_id === undefined ? {} : { metadata: { user_id } };
}
