defmodule OneshotAI.Test.Fault do
  @moduledoc false
  # The misbehaviour of the server's provider `echo`, by the names of its models
  # (docs/routing.md): what becomes of the events of a stubbed answer. Waits that end in a failure
  # are left out: a stub fails at once.

  alias OneshotAI.Error

  @type t :: {atom(), non_neg_integer() | String.t()}
  @type step :: map() | {:wait, non_neg_integer()}

  @slow_ms 200

  # name of the model => what it does after N words
  @endings %{
    "stall" => :upstream_stalled,
    "cut" => :upstream_incomplete,
    "reset" => :upstream_disconnected,
    "garbled" => :upstream_invalid_response,
    "error" => :upstream_overloaded
  }

  @doc "The fault that a model's name asks for; nil if it is none."
  @spec parse(term()) :: t() | nil
  def parse("echo/" <> model), do: parse(model)
  def parse("echo-slow"), do: {:slow, @slow_ms}
  def parse("echo-silent"), do: {:upstream_timeout, 0}
  def parse("echo-cut"), do: {:cut_in_half, 0}
  def parse("echo-empty"), do: {:empty, 0}
  def parse("echo-error-first"), do: {:upstream_overloaded, 0}
  def parse("echo-fail-" <> code), do: {:refuse, code}

  def parse("echo-" <> rest) do
    with [_all, stem, digits] <- Regex.run(~r/\A(\w+)-(\d{1,7})\z/, rest),
         do: numbered(stem, String.to_integer(digits)),
         else: (_other -> nil)
  end

  def parse(_other), do: nil

  defp numbered("late", n), do: {:late, n}
  defp numbered("filter", n), do: {:filter, n}
  defp numbered("busy", n), do: {:busy, n}

  defp numbered(stem, n) do
    with %{^stem => reason} <- @endings, do: {reason, n}, else: (_other -> nil)
  end

  @doc "Like `parse/1`, but raises."
  @spec parse!(String.t()) :: t()
  def parse!(name) do
    parse(name) ||
      raise ArgumentError,
            "#{inspect(name)} is none of echo's models that fail; docs/routing.md lists them"
  end

  @doc """
  What is played of the events of a whole answer: an error before anything begins, or steps, of which
  the last is `done` or `error`.
  """
  @spec play(t(), [map()]) :: {:error, atom(), keyword()} | {:steps, [step()]}
  def play({:slow, ms}, events), do: {:steps, Enum.flat_map(events, &[{:wait, ms}, &1])}

  def play({:late, ms}, events) do
    {before, rest} = split(events, 0)
    {:steps, before ++ [{:wait, ms} | rest]}
  end

  def play({:cut_in_half, _}, events) do
    cut(Enum.take(events, div(length(events) + 1, 2)), :upstream_incomplete)
  end

  def play({:empty, _}, events),
    do: {:steps, Enum.filter(events, &(&1["type"] in ["start", "done"]))}

  def play({:filter, words}, events) do
    {before, rest} = split(events, words)
    ends = Enum.filter(rest, &(&1["type"] == "part-end"))

    done =
      events
      |> List.last()
      |> Map.merge(%{"finish_reason" => "content_filter", "raw_finish_reason" => "filter"})

    {:steps, before ++ ends ++ [done]}
  end

  # The server tells no wait of 0 s: clients would call again at once.
  def play({:busy, 0}, _events), do: {:error, :upstream_rate_limited, []}

  def play({:busy, seconds}, _events),
    do: {:error, :upstream_rate_limited, [retry_after: seconds]}

  def play({:refuse, code}, _events) do
    reason = Enum.find(Error.server_reasons(), &(Atom.to_string(&1) == code))
    fields = if String.ends_with?(code, "rate_limited"), do: [retry_after: 7], else: []
    if reason, do: {:error, reason, fields}, else: {:error, :model_not_found, []}
  end

  def play({reason, words}, events) do
    {before, _rest} = split(events, words)
    cut(before, reason)
  end

  # Before any content the server answers with an error instead of a stream.
  defp cut(events, reason) do
    if Enum.any?(events, &(&1["type"] == "part-delta")),
      do: {:steps, events ++ [%{"type" => "error", "reason" => reason}]},
      else: {:error, reason, []}
  end

  # Before and from the word after the first N.
  defp split(events, words) do
    index =
      Enum.find_index(Enum.scan(events, {nil, 0}, &count/2), fn {event, seen} ->
        event["type"] == "done" or seen > words
      end)

    Enum.split(events, index)
  end

  defp count(%{"type" => "part-delta"} = event, {_last, seen}), do: {event, seen + 1}
  defp count(event, {_last, seen}), do: {event, seen}
end
