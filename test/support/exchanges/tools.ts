/** One pixel. */
export const PNG =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
export const PDF = "JVBERi0xLjQKJcOkw7zDtsOfCg==";

/** A tool's parameters, and those of one without any. */
export const CITY = {
  type: "object",
  properties: { city: { type: "string", description: "Its name" } },
  required: ["city"],
  additionalProperties: false,
};
export const NOTHING = { type: "object", properties: {}, additionalProperties: false };

/** The schema of a structured answer. */
export const WEATHER = {
  type: "object",
  properties: { city: { type: "string" }, degrees: { type: "number" } },
  required: ["city", "degrees"],
  additionalProperties: false,
};
