import { type Attributes, SpanKind } from "@opentelemetry/api";
import type { Attempt } from "../chat/attempt.ts";
import { ERRORS, type ErrorCode } from "../errors/error-codes.ts";
import { errorType, faultDomain } from "../errors/error-type.ts";
import type { CallRecord } from "../telemetry/call-record.ts";
import type { TelemetryConfig } from "../telemetry/env.ts";
import type { RequestTrace, TracedAttempt } from "../telemetry/trace.ts";
import type { FinishedWork } from "./create-span.ts";
import { addUsage, OPERATIONS, targetAttributes } from "./gen-ai.ts";

export type Identities = TelemetryConfig["METRICS_IDENTITIES"];

const SERVER_ERROR = 500;

/** The status that the answer began with. */
function statusOf({ outcome, stream, firstContentAt }: CallRecord): number {
  return outcome === "ok" || (stream && firstContentAt !== null) ? 200 : ERRORS[outcome].status;
}

/** What a request asked for, and with which status it was answered. */
export function requestAttributes(
  trace: Pick<RequestTrace, "method" | "scheme">,
  route: string | undefined,
  status: number,
  failure: ErrorCode | undefined,
): Attributes {
  const attributes: Attributes = {
    "http.request.method": trace.method,
    "url.scheme": trace.scheme,
    "http.response.status_code": status,
  };
  if (route !== undefined) attributes["http.route"] = route;
  if (failure !== undefined) attributes["error.type"] = errorType(failure);
  return attributes;
}

/** The same of a call. */
export function callAttributes(record: CallRecord, trace: RequestTrace): Attributes {
  const { outcome, route } = record;
  return requestAttributes(trace, route, statusOf(record), outcome === "ok" ? undefined : outcome);
}

/** The request, from its arrival to the end of its answer. */
export function describeRequest(
  record: CallRecord,
  trace: RequestTrace,
  identities: Identities,
): FinishedWork {
  const { outcome, route } = record;
  const attributes = callAttributes(record, trace);
  attributes["ai_server.request_id"] = record.requestId;
  attributes["ai_server.dialect"] = record.dialect;
  if (identities !== "none" && record.tenant !== null)
    attributes["ai_server.tenant"] = record.tenant;
  if (identities === "subject") attributes["user.id"] = record.subject;
  return {
    ...trace,
    parentIsRemote: true,
    name: route === undefined ? trace.method : `${trace.method} ${route}`,
    kind: SpanKind.SERVER,
    startedAt: record.startedAt,
    endedAt: record.endedAt,
    attributes,
    isFailure: outcome !== "ok" && ERRORS[outcome].status >= SERVER_ERROR,
  };
}

/** Each attempt, until its failure or, if it answered, the end of the answer. */
export function describeAttempts(record: CallRecord, trace: RequestTrace): FinishedWork[] {
  const served = trace.attempts.findLast(({ attempt }) => attempt.outcome === "ok");
  return trace.attempts.map((traced) => describeAttempt(record, trace, traced, traced === served));
}

function describeAttempt(
  record: CallRecord,
  { traceId, spanId: parentId }: RequestTrace,
  { attempt, spanId, startedAt }: TracedAttempt,
  isServed: boolean,
): FinishedWork {
  const operation = OPERATIONS[record.kind];
  const attributes: Attributes = {
    "gen_ai.operation.name": operation,
    ...targetAttributes(attempt.provider, attempt.model),
    "gen_ai.request.stream": record.stream,
  };
  const failure = failureOf(attempt, isServed ? record.outcome : attempt.outcome);
  if (failure) attributes["error.type"] = errorType(failure);
  if (isServed) addAnswer(attributes, record, startedAt);
  const cost = isServed ? record.cost : attempt.cost;
  // The conventions have no name for it yet; Langfuse, Laminar and OpenLIT read this one.
  if (cost) attributes["gen_ai.usage.cost"] = cost.total;
  return {
    traceId,
    spanId,
    parentId,
    name: `${operation} ${attempt.model}`,
    kind: SpanKind.CLIENT,
    startedAt,
    endedAt: isServed ? record.endedAt : startedAt + attempt.duration_ms,
    attributes,
    isFailure: failure !== undefined && isProvidersOrOurs(failure),
  };
}

function addAnswer(attributes: Attributes, record: CallRecord, startedAt: number): void {
  const { usage, finishReason, firstContentAt, model } = record;
  if (model !== null) attributes["gen_ai.response.model"] = model;
  if (finishReason !== null) attributes["gen_ai.response.finish_reasons"] = [finishReason];
  if (record.stream && firstContentAt !== null)
    attributes["gen_ai.response.time_to_first_chunk"] =
      Math.max(0, firstContentAt - startedAt) / 1000;
  if (usage) addUsage(attributes, usage);
}

function failureOf({ outcome }: Attempt, ended: Attempt["outcome"]): ErrorCode | undefined {
  const last = outcome === "ok" ? ended : outcome;
  return last === "ok" || last === "skipped" ? undefined : last;
}

function isProvidersOrOurs(code: ErrorCode): boolean {
  const domain = faultDomain(code);
  return domain === "provider" || domain === "server";
}
