/**
 * The API refuses a smaller `max_output_tokens` (error code integer_below_min_value).
 */
export const MIN_OUTPUT_TOKENS = 16;
