defmodule OneshotAI.Policy.Rules do
  @moduledoc false
  # What a policy must be. The server's are in src/auth/policy-schema.ts and src/limits/limit.ts, and
  # test/fixtures/policies.json has cases that both must judge alike.

  @max_patterns 200
  @max_limits 16
  @max_count 1_000_000_000
  @pers ~w(token session subject tenant issuer)
  @kinds ~w(requests tokens concurrent usd)
  @window_ms %{
    "s" => 1_000,
    "m" => 60_000,
    "h" => 3_600_000,
    "d" => 86_400_000,
    "mo" => 30 * 86_400_000
  }
  @max_window_ms 31 * 86_400_000
  @max_name_length 255

  @members ~w(models max_output_tokens max_input_tokens limits mode tenant session)
  @limit_members @kinds ++ ~w(per window mode)

  @doc "What is wrong with a policy, in the words of the server; nil if nothing is."
  @spec fault(term()) :: String.t() | nil
  def fault(policy) do
    case policy_fault(policy) do
      nil -> missing_name(policy)
      fault -> "ai: " <> fault
    end
  end

  defp policy_fault(%{} = policy) when not is_struct(policy) do
    first([
      fn -> each(policy, "models", "", @max_patterns, "patterns", &pattern_fault/2) end,
      fn -> count(policy, "max_output_tokens", "") end,
      fn -> count(policy, "max_input_tokens", "") end,
      fn -> each(policy, "limits", "", @max_limits, "limits", &limit_fault/2) end,
      fn -> mode(policy, "") end,
      fn -> name(policy, "tenant") end,
      fn -> name(policy, "session") end,
      fn -> stranger(policy, @members, "") end
    ])
  end

  defp policy_fault(_other), do: "its top must be of type object"

  defp pattern_fault(pattern, path) do
    cond do
      not is_binary(pattern) -> "#{path} must be of type string"
      pattern =~ ~r/\A!?[\x21-\x7e]{1,254}\z/ -> nil
      true -> "#{path} must be a pattern such as claude/*"
    end
  end

  defp limit_fault(%{} = limit, path) when not is_struct(limit) do
    dot = path <> "."

    first([
      fn ->
        if limit["per"] not in @pers, do: "#{dot}per must be one of #{Enum.join(@pers, ", ")}"
      end,
      fn -> count(limit, "requests", dot) end,
      fn -> count(limit, "tokens", dot) end,
      fn -> count(limit, "concurrent", dot) end,
      fn -> dollars(limit, dot) end,
      fn -> window(limit, dot) end,
      fn -> mode(limit, dot) end,
      fn -> stranger(limit, @limit_members, dot) end,
      fn -> combination(limit, path) end
    ])
  end

  defp limit_fault(_other, path), do: "#{path} must be of type object"

  defp combination(limit, path) do
    window = limit["window"]

    case for(kind <- @kinds, is_map_key(limit, kind), do: kind) do
      [kind] when kind in ["requests", "tokens"] and window == nil ->
        "#{path} must have a window"

      ["concurrent"] when window != nil ->
        "#{path} must have no window: it counts calls at once"

      ["usd"] when window not in [nil, "1d", "1mo"] ->
        "#{path} must have a window of 1d or 1mo (a UTC day or month), or none"

      [_one] ->
        nil

      _none_or_several ->
        "#{path} must have exactly one of #{Enum.join(@kinds, ", ")}"
    end
  end

  # A limit that counts by a name that the token lacks would be one that it escapes. The client's
  # tokens always have `jti` and `iss`, and the server names those without `sub` by their issuer.
  defp missing_name(policy) do
    Enum.find_value(policy["limits"] || [], fn
      %{"per" => per} when per in ["tenant", "session"] and not is_map_key(policy, per) ->
        "a limit per #{per} needs ai.#{per}"

      _other ->
        nil
    end)
  end

  defp count(map, name, prefix) do
    check(map, name, fn value ->
      cond do
        not is_number(value) -> "#{prefix}#{name} must be of type number"
        whole?(value) and value >= 0 and value <= @max_count -> nil
        true -> "#{prefix}#{name} must be a whole number from 0 to #{@max_count}"
      end
    end)
  end

  defp dollars(limit, prefix) do
    check(limit, "usd", fn value ->
      cond do
        not is_number(value) ->
          "#{prefix}usd must be of type number"

        value >= 0 and value <= @max_count and round(value * 1_000_000) / 1_000_000 == value ->
          nil

        true ->
          "#{prefix}usd must be a number of dollars from 0 to #{@max_count} with at most six decimals"
      end
    end)
  end

  defp window(limit, prefix) do
    check(limit, "window", fn value ->
      cond do
        not is_binary(value) ->
          "#{prefix}window must be of type string"

        window_ms(value) <= @max_window_ms ->
          nil

        true ->
          "#{prefix}window must be a whole number with s, m, h, d or mo, as 30s, 5m, 1h, 1d or 1mo"
      end
    end)
  end

  # `:infinity` is greater than any number.
  defp window_ms(text) do
    case Regex.run(~r/\A([1-9]\d{0,6})(s|m|h|d|mo)\z/, text) do
      [_all, amount, unit] -> String.to_integer(amount) * @window_ms[unit]
      nil -> :infinity
    end
  end

  defp mode(map, prefix) do
    check(map, "mode", fn value ->
      if value not in ["enforce", "shadow"], do: "#{prefix}mode must be enforce or shadow"
    end)
  end

  defp name(policy, member) do
    check(policy, member, fn value ->
      cond do
        not is_binary(value) ->
          "#{member} must be of type string"

        printable?(value) ->
          nil

        true ->
          "#{member} must be 1 to 255 printable characters without space around them"
      end
    end)
  end

  defp printable?(text) do
    String.valid?(text) and text != "" and utf16_length(text) <= @max_name_length and
      not unprintable?(text) and String.trim(text) == text
  end

  # Control and format characters, line and paragraph separators.
  defp unprintable?(text), do: text =~ ~r/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u

  # As JavaScript counts characters.
  defp utf16_length(text) do
    text |> :unicode.characters_to_binary(:utf8, :utf16) |> byte_size() |> div(2)
  end

  defp each(map, name, prefix, max, what, fun) do
    check(map, name, fn
      items when not is_list(items) ->
        "#{prefix}#{name} must be of type array"

      items ->
        first(
          for {item, index} <- Enum.with_index(items) do
            fn -> fun.(item, "#{prefix}#{name}[#{index}]") end
          end ++
            [
              fn ->
                if length(items) > max, do: "#{prefix}#{name} must have at most #{max} #{what}"
              end
            ]
        )
    end)
  end

  defp stranger(map, members, prefix) do
    with [name | _rest] <- map |> Map.keys() |> Enum.sort() |> Enum.reject(&(&1 in members)) do
      "#{prefix}#{name} is not a member of a policy"
    else
      [] -> nil
    end
  end

  defp check(map, name, fun) do
    with %{^name => value} <- map, do: fun.(value), else: (_absent -> nil)
  end

  defp whole?(value), do: is_integer(value) or trunc(value) == value

  defp first(checks), do: Enum.find_value(checks, & &1.())
end
