defmodule Oneshot.AIClient.SSE do
  @moduledoc false
  # Server-sent events (HTML Living Standard §9.2.6), from bytes as they come. Only what the server uses of them is kept: an
  # event's data. An event that is cut off by the stream's end is none.

  # `line`: the pieces of the line that is not complete, last first. `skip_lf?`: its CR was the last byte of a piece.
  defstruct line: [], data: [], skip_lf?: false, started?: false, bytes: 0

  @type t :: %__MODULE__{}

  @max_event_bytes 64 * 1024 * 1024

  @spec new() :: t()
  def new, do: %__MODULE__{}

  @doc "The data of the events that are complete with these bytes, in order."
  @spec decode(t(), binary()) :: {[String.t()], t()} | {:error, :too_long}
  def decode(%__MODULE__{} = state, ""), do: {[], state}

  def decode(%__MODULE__{skip_lf?: true} = state, <<?\n, rest::binary>>), do: decode(%{state | skip_lf?: false}, rest)

  def decode(%__MODULE__{} = state, bytes) do
    state = %{state | skip_lf?: String.ends_with?(bytes, "\r"), bytes: state.bytes + byte_size(bytes)}
    [first | lines] = :binary.split(bytes, ["\r\n", "\n", "\r"], [:global])
    state = %{state | line: [first | state.line]}

    case add_lines(lines, state, []) do
      {_events, %{bytes: held}} when held > @max_event_bytes -> {:error, :too_long}
      result -> result
    end
  end

  # Every further piece ends the line before it; the last of them begins one that is not complete.
  defp add_lines([], state, events), do: {Enum.reverse(events), state}

  defp add_lines([next | lines], state, events) do
    {line, state} = take_line(state)
    {events, state} = add_line(line, state, events)
    add_lines(lines, %{state | line: [next]}, events)
  end

  defp take_line(%{started?: true, line: [line]} = state), do: {line, state}

  defp take_line(%{started?: true, line: pieces} = state), do: {join(pieces), state}

  # A byte order mark may stand at the very beginning.
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
     %{state | data: [], bytes: 0}}
  end

  defp add_line("data: " <> value, state, events), do: {events, %{state | data: [value | state.data]}}
  defp add_line("data:" <> value, state, events), do: {events, %{state | data: [value | state.data]}}
  defp add_line("data", state, events), do: {events, %{state | data: ["" | state.data]}}
  defp add_line(_comment_or_other_field, state, events), do: {events, state}
end
