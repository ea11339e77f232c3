/** The built-in echo provider. It has no prices because it costs nothing. */
export const echoCatalog = {
  defaultModel: "echo",
  models: [{ id: "echo" }, { id: "echo-slow" }, { id: "echo-cut" }],
};
