/** Locations that span several regions of one continent; they have hosts of another form. */
const MULTI_REGIONS: ReadonlySet<string> = new Set(["us", "eu"]);

/** Whether a text can be a location: it becomes part of a host name. */
export function isLocation(text: string): boolean {
  return /^[a-z][a-z0-9-]{0,62}$/.test(text);
}

/** Vertex AI's base URL for a location (cloud.google.com/vertex-ai/generative-ai/docs/learn/locations). */
export function vertexBaseUrl(location: string): string {
  if (location === "global") return "https://aiplatform.googleapis.com";
  if (MULTI_REGIONS.has(location)) return `https://aiplatform.${location}.rep.googleapis.com`;
  return `https://${location}-aiplatform.googleapis.com`;
}
