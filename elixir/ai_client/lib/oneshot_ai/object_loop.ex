defmodule OneshotAI.ObjectLoop do
  @moduledoc false
  # Asks for an object until the answer matches the schema, and no longer than allowed.

  alias OneshotAI.{Cost, Error, Event, JSON, Message, Object, Options, Response, Schema, Usage}

  @options [
    name: {:string, "the object's name, for the model. Default: `\"object\"`."},
    max_rounds:
      {:count, "how often the model may be called. Default: 3. Not for `stream_object/4`."}
  ]
  @defaults [name: "object", max_rounds: 3]

  @spec docs() :: String.t()
  def docs, do: Options.docs(@options)

  @doc "Splits the loop's options from those of the chat, and adds the schema to the latter."
  @spec split!(keyword(), Schema.t()) :: {keyword(), keyword()}
  def split!(opts, schema) do
    {own, chat} = Keyword.split(opts, Keyword.keys(@options))
    own = Keyword.merge(@defaults, Options.validate!(own, @options, "chat_object"))
    json_schema = Schema.to_json_schema(schema)
    format = %{type: "json_schema", name: own[:name], schema: json_schema}
    {own, Keyword.put(chat, :response_format, format)}
  end

  @spec run(
          [map()],
          Schema.t(),
          pos_integer(),
          ([map()] -> {:ok, Response.t()} | {:error, Error.t()})
        ) ::
          {:ok, Object.t()} | {:error, Error.t()}
  def run(messages, schema, max_rounds, ask) do
    round(%Object{messages: messages}, schema, max_rounds, ask)
  end

  defp round(run, schema, max_rounds, ask) do
    with {:ok, response} <- ask.(run.messages) do
      run = %Object{
        response: response,
        messages: run.messages ++ [response.message],
        rounds: run.rounds + 1,
        usage: Usage.add(run.usage, response.usage),
        cost: Cost.add(run.cost, response.cost)
      }

      case load(response, schema) do
        {:ok, object} ->
          {:ok, %{run | object: object}}

        {:error, errors} when run.rounds < max_rounds ->
          round(%{run | messages: run.messages ++ [correction(errors)]}, schema, max_rounds, ask)

        {:error, errors} ->
          {:error, invalid(errors, response, run.messages)}
      end
    else
      {:error, error} -> {:error, %{error | messages: run.messages}}
    end
  end

  defp correction(errors) do
    Message.user(
      "That does not match the schema: #{Enum.join(errors, "; ")}. " <>
        "Reply with the corrected JSON object only."
    )
  end

  @doc "`{:partial, object}` for each change, then `{:ok, run}` or `{:error, error}`."
  @spec stream(Enumerable.t(), [map()], Schema.t()) :: Enumerable.t()
  def stream(events, messages, schema) do
    Stream.transform(events, {[], nil}, fn
      %Event.PartDelta{kind: :text, delta: delta}, {text, last} ->
        text = [text, delta]

        case text |> IO.iodata_to_binary() |> without_fence() |> JSON.Partial.decode() do
          {:ok, %{} = object} when object != last -> {[{:partial, object}], {text, object}}
          _nothing_new -> {[], {text, last}}
        end

      %Event.Done{response: response}, state ->
        {[finish(response, messages, schema)], state}

      {:error, error}, state ->
        {[{:error, error}], state}

      _other, state ->
        {[], state}
    end)
  end

  defp finish(response, messages, schema) do
    messages = messages ++ [response.message]

    with {:ok, object} <- load(response, schema) do
      {:ok,
       %Object{
         object: object,
         response: response,
         messages: messages,
         rounds: 1,
         usage: response.usage,
         cost: response.cost
       }}
    else
      {:error, errors} -> {:error, invalid(errors, response, messages)}
    end
  end

  defp invalid(errors, response, messages) do
    Error.new(:invalid_object, "(#{Enum.join(errors, "; ")})",
      partial: response,
      request_id: response.request_id,
      messages: messages
    )
  end

  defp load(%Response{text: text} = response, schema) do
    case text |> without_fence() |> JSON.decode() do
      {:ok, %{} = object} -> Schema.load(object, schema)
      {:ok, _other} -> {:error, ["it must be a JSON object"]}
      {:error, _reason} -> {:error, [no_json(response)]}
    end
  end

  defp no_json(%Response{finish_reason: :length}),
    do: "it was cut at max_tokens and is not complete"

  defp no_json(_response), do: "it is not JSON"

  # Models without native support for schemas like to wrap JSON in a Markdown fence.
  defp without_fence(text) do
    case Regex.run(~r/\A\s*```(?:json)?\s*\n(.*?)(?:\n?```\s*)?\z/s, text) do
      [_, inner] -> inner
      nil -> text
    end
  end
end
