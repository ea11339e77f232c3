defmodule OneshotAI.EventDecoder do
  @moduledoc false
  # The data of a stream's events → event structs. Collects the parts, so that the last event has
  # the whole response or, after a failure, the partial one.

  alias OneshotAI.{Error, Event, JSON, Response, Usage}

  # `open`: index → {kind, the part's fields at its start, its deltas in reverse}. `parts`: index →
  # the finished part.
  defstruct start: %{}, open: %{}, parts: %{}, usage: nil

  @type t :: %__MODULE__{}

  @kinds %{
    "text" => :text,
    "reasoning" => :reasoning,
    "tool_call" => :tool_call,
    "opaque" => :opaque
  }

  @spec new() :: t()
  def new, do: %__MODULE__{}

  @doc "The elements for these events. Nothing follows `:done`."
  @spec decode(t(), [String.t()]) :: {:more | :done, [Event.element()], t()}
  def decode(state, texts), do: decode(texts, state, [])

  defp decode([], state, elements), do: {:more, Enum.reverse(elements), state}

  defp decode([text | texts], state, elements) do
    with {:ok, %{"type" => type} = body} <- JSON.decode(text),
         {:ok, new, state} <- event(type, body, state) do
      decode(texts, state, new ++ elements)
    else
      {:last, element} -> {:done, Enum.reverse([element | elements]), state}
      _not_the_servers -> {:done, Enum.reverse([invalid(state) | elements]), state}
    end
  end

  defp invalid(state),
    do: fail(state, Error.new(:invalid_response, "An event of the stream is not the server's."))

  @doc "The stream's last element if the server did not send one: the error, with what had arrived."
  @spec fail(t(), Error.t()) :: {:error, Error.t()}
  def fail(state, error),
    do: {:error, %{error | partial: partial(state, %{}), request_id: request_id(state, error)}}

  defp request_id(state, error), do: error.request_id || state.start["request_id"]

  defp event("start", body, state) do
    event = %Event.Start{
      id: body["id"],
      request_id: body["request_id"],
      provider: body["provider"],
      model: body["model"]
    }

    {:ok, [event], %{state | start: body}}
  end

  defp event("part-start", %{"index" => index, "kind" => kind} = body, state) do
    kind = Map.get(@kinds, kind, :opaque)
    event = %Event.PartStart{index: index, kind: kind, id: body["id"], name: body["name"]}
    {:ok, [event], put_in(state.open[index], {kind, body, []})}
  end

  defp event("part-delta", %{"index" => index, "delta" => delta}, state) when is_binary(delta) do
    case state.open do
      %{^index => {kind, body, deltas}} ->
        event = %Event.PartDelta{index: index, kind: kind, delta: delta}
        {:ok, [event], put_in(state.open[index], {kind, body, [delta | deltas]})}

      _never_began ->
        :invalid
    end
  end

  defp event("part-end", %{"index" => index} = body, state) do
    case Map.pop(state.open, index) do
      {nil, _open} ->
        :invalid

      {{kind, _start, _deltas} = open_part, open} ->
        part = close_part(open_part, body)
        event = %Event.PartEnd{index: index, kind: kind, part: part}
        {:ok, [event], %{state | open: open, parts: Map.put(state.parts, index, part)}}
    end
  end

  defp event("usage", %{"usage" => usage}, state) do
    {:ok, [%Event.Usage{usage: Usage.decode(usage)}], %{state | usage: usage}}
  end

  defp event("done", body, state) do
    {:last, %Event.Done{response: Response.decode(Map.put(body, "content", finished_parts(state)))}}
  end

  defp event(type, %{"error" => %{"code" => code} = error} = body, state)
       when type in ["error", "cancelled"] and is_binary(code) do
    attempts = Error.decode_attempts(body["attempts"])
    {:last, {:error, Error.decode(error, partial: partial(state, body), attempts: attempts)}}
  end

  defp event(type, _body, _state)
       when type in ~w(part-start part-delta part-end usage error cancelled),
       do: :invalid

  # A newer server may send events that this client does not know.
  defp event(_type, _body, state), do: {:ok, [], state}

  # Nothing arrived, so there is no partial answer.
  defp partial(%{start: start}, _body) when start == %{}, do: nil

  defp partial(state, body) do
    unfinished = for {index, part} <- state.open, do: {index, close_part(part, %{})}
    parts = Enum.into(unfinished, state.parts)

    state.start
    |> Map.put("usage", state.usage)
    |> Map.merge(Map.take(body, ["usage", "cost", "warnings", "attempts"]), fn _name, old, new ->
      new || old
    end)
    |> Map.put("content", in_order(parts))
    |> Response.decode()
  end

  defp finished_parts(state), do: in_order(state.parts)

  defp in_order(parts), do: parts |> Enum.sort_by(&elem(&1, 0)) |> Enum.map(&elem(&1, 1))

  # The part as in a whole answer.
  defp close_part({:opaque, start, _deltas}, ending) do
    %{"type" => "opaque", "format" => start["format"], "value" => ending["value"] || start["value"]}
  end

  defp close_part({kind, start, deltas}, ending) do
    text = deltas |> Enum.reverse() |> IO.iodata_to_binary()

    kind
    |> fields(start, text)
    |> put_present("signature", ending["signature"])
    |> put_present("extras", ending["extras"] || start["extras"])
  end

  defp fields(:text, start, text) do
    put_present(%{"type" => "text", "text" => text}, "refusal", start["refusal"])
  end

  defp fields(:reasoning, start, text) do
    part = %{"type" => "reasoning", "text" => text}
    if start["redacted"], do: Map.put(part, "redacted", true), else: part
  end

  defp fields(:tool_call, start, text) do
    Map.merge(
      %{"type" => "tool_call", "id" => start["id"], "name" => start["name"]},
      arguments(text)
    )
  end

  # Keeps the vendor's own text if the map would be encoded differently: another order, other white
  # space, or JSON that was cut off.
  defp arguments(""), do: %{"arguments" => %{}}

  defp arguments(text) do
    case JSON.decode(text) do
      {:ok, %{} = map} ->
        if JSON.encode!(map) == text,
          do: %{"arguments" => map},
          else: %{"arguments" => map, "arguments_text" => text}

      _cut_off ->
        %{"arguments" => %{}, "arguments_text" => text}
    end
  end

  defp put_present(map, _name, nil), do: map
  defp put_present(map, name, value), do: Map.put(map, name, value)
end
