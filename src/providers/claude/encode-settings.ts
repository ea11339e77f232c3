import type { EncodeCall } from "../../chat/encode-call.ts";
import type { JsonObject } from "../../json/json-object.ts";

/**
 * Of the others: "`temperature` and `top_p` cannot both be specified for this model"
 * (https://github.com/open-webui/pipelines/pull/546).
 */
const TAKES_BOTH = /claude-(?:[23]|(?:opus|sonnet)-4-(?:0|2025))/;

/**
 * Sampling parameters. While Claude reasons, it takes only their defaults (and `top_p` from 0.95).
 */
export function encodeSampling({ request, model, warn }: EncodeCall, reasons: boolean): JsonObject {
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
  const hasBoth = sampling.temperature !== undefined && sampling.top_p !== undefined;
  if (hasBoth && !TAKES_BOTH.test(model.id)) {
    // The defaults say nothing.
    if (temperature === 1 || topP === 1) delete sampling[topP === 1 ? "top_p" : "temperature"];
    else {
      delete sampling.top_p;
      const message = "Claude takes temperature or top_p, not both; top_p was left out.";
      warn({ code: "unsupported_parameter", param: "top_p", message });
    }
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
