defmodule Oneshot.Web.Files do
  @moduledoc false
  # The page's files, read at compile time.

  @folder Path.expand("../../../priv/static", __DIR__)

  @files for {path, name, type} <- [
               {"/", "index.html", "text/html; charset=utf-8"},
               {"/app.js", "app.js", "text/javascript; charset=utf-8"},
               {"/markdown.js", "markdown.js", "text/javascript; charset=utf-8"},
               {"/app.css", "app.css", "text/css; charset=utf-8"},
               {"/favicon.svg", "favicon.svg", "image/svg+xml"}
             ],
             into: %{},
             do: {path, {type, File.read!(Path.join(@folder, name))}}

  for name <- File.ls!(@folder), do: @external_resource(Path.join(@folder, name))

  @spec fetch(String.t()) :: {:ok, String.t(), binary()} | :error
  def fetch(path) do
    with {:ok, {type, body}} <- Map.fetch(@files, path), do: {:ok, type, body}
  end

  @doc "The page may load only its own files, and no other page may frame it."
  @spec headers() :: [{String.t(), String.t()}]
  def headers do
    [
      {"content-security-policy",
       "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; " <>
         "base-uri 'none'; frame-ancestors 'none'"}
    ]
  end
end
