/** The built-in echo provider; it costs nothing, and says so by having no prices. */
export const echoCatalog = {
  defaultModel: "echo",
  models: [{ id: "echo" }, { id: "echo-slow" }, { id: "echo-cut" }],
};
