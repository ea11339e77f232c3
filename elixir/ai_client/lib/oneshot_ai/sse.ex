defmodule OneshotAI.SSE do
  @moduledoc false
  # Server-sent events (HTML Living Standard §9.2.6), decoded incrementally. Of an
  # event its data is kept, and of the last one its id. An event that the stream's end cuts off is dropped.

  # `line`: the pieces of the incomplete line, in reverse. `skip_lf?`: the last piece ended with CR.
  # `id`: that of the last event that is complete; `next_id`: of the one that is arriving.
  defstruct line: [], data: [], id: nil, next_id: nil, skip_lf?: false, started?: false, bytes: 0

  @type t :: %__MODULE__{}

  @max_event_bytes 64 * 1024 * 1024

  @spec new() :: t()
  def new, do: %__MODULE__{}

  @doc "The data of the events that these bytes complete, in order."
  @spec decode(t(), binary()) :: {[String.t()], t()} | :too_long
  def decode(%__MODULE__{} = state, ""), do: {[], state}

  def decode(%__MODULE__{skip_lf?: true} = state, <<?\n, rest::binary>>),
    do: decode(%{state | skip_lf?: false}, rest)

  def decode(%__MODULE__{} = state, bytes) do
    state = %{
      state
      | skip_lf?: String.ends_with?(bytes, "\r"),
        bytes: state.bytes + byte_size(bytes)
    }

    [first | lines] = :binary.split(bytes, ["\r\n", "\n", "\r"], [:global])
    state = %{state | line: [first | state.line]}

    case add_lines(lines, state, []) do
      {_events, %{bytes: held}} when held > @max_event_bytes -> :too_long
      result -> result
    end
  end

  # Each piece completes the line before it; the last piece starts an incomplete line.
  defp add_lines([], state, events), do: {Enum.reverse(events), state}

  defp add_lines([next | lines], state, events) do
    {line, state} = take_line(state)
    {events, state} = add_line(line, state, events)
    add_lines(lines, %{state | line: [next]}, events)
  end

  defp take_line(%{started?: true, line: [line]} = state), do: {line, state}

  defp take_line(%{started?: true, line: pieces} = state), do: {join(pieces), state}

  # The stream may start with a byte order mark.
  defp take_line(%{line: pieces} = state) do
    case join(pieces) do
      <<0xFEFF::utf8, line::binary>> -> {line, %{state | started?: true}}
      line -> {line, %{state | started?: true}}
    end
  end

  defp join(pieces), do: pieces |> Enum.reverse() |> IO.iodata_to_binary()

  defp add_line("", %{data: []} = state, events), do: {events, %{state | bytes: 0}}

  defp add_line("", %{data: data} = state, events) do
    {[data |> Enum.reverse() |> Enum.intersperse("\n") |> IO.iodata_to_binary() | events],
     %{state | data: [], id: state.next_id, bytes: 0}}
  end

  defp add_line("data: " <> value, state, events),
    do: {events, %{state | data: [value | state.data]}}

  defp add_line("data:" <> value, state, events),
    do: {events, %{state | data: [value | state.data]}}

  defp add_line("data", state, events), do: {events, %{state | data: ["" | state.data]}}
  defp add_line("id: " <> id, state, events), do: {events, %{state | next_id: id}}
  defp add_line("id:" <> id, state, events), do: {events, %{state | next_id: id}}
  defp add_line(_comment_or_other_field, state, events), do: {events, state}
end
