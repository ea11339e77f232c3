defmodule OneshotAI.Telemetry.ReqLLM do
  @moduledoc false
  # A chat's events once more in the shape of ReqLLM's stable ones (its "V1 telemetry contract",
  # hexdocs.pm/req_llm, 1.11 and later), for dashboards and handlers that were made for it.

  alias OneshotAI.{Cost, Usage}

  # As ReqLLM calls them. Other names stay strings: a server's answer must not make atoms.
  @providers %{
    "claude" => :anthropic,
    "anthropic" => :anthropic,
    "gemini" => :google,
    "google" => :google,
    "openai" => :openai,
    "openrouter" => :openrouter,
    "groq" => :groq,
    "xai" => :xai
  }

  @doc "The events for one of ours: names, measurements and metadata, in their order."
  @spec translate(atom(), map(), map()) :: [{[atom()], map(), map()}]
  def translate(:start, %{system_time: system_time}, metadata) do
    [{[:req_llm, :request, :start], %{system_time: system_time}, request(metadata)}]
  end

  def translate(:stop, %{duration: duration}, %{outcome: :error, error: error} = metadata) do
    usage = error.partial && error.partial.usage
    more = %{http_status: error.status, error: error, usage: usage(usage, nil)}

    [
      {[:req_llm, :request, :exception], ended(duration), Map.merge(request(metadata), more)}
      | token_usage(usage, nil, metadata)
    ]
  end

  def translate(:stop, %{duration: duration}, %{outcome: outcome, response: response} = metadata) do
    {status, reason} = if response, do: {200, response.finish_reason}, else: {nil, outcome}
    {usage, cost} = if response, do: {response.usage, response.cost}, else: {nil, nil}
    more = %{http_status: status, finish_reason: reason, usage: usage(usage, cost)}

    [
      {[:req_llm, :request, :stop], ended(duration), Map.merge(request(metadata), more)}
      | token_usage(usage, cost, metadata)
    ]
  end

  def translate(:exception, %{duration: duration}, metadata) do
    more = %{error: metadata.reason}
    [{[:req_llm, :request, :exception], ended(duration), Map.merge(request(metadata), more)}]
  end

  def translate(_first_token, _measurements, _metadata), do: []

  defp ended(duration), do: %{duration: duration, system_time: System.system_time()}

  defp request(metadata) do
    known = if metadata[:response], do: Map.take(metadata.response, [:provider, :model]), else: %{}
    provider = provider(known[:provider] || metadata.provider)

    %{
      # Known at the start, unlike the server's, which `server_request_id` is.
      request_id: metadata.telemetry_span_context |> :erlang.ref_to_list() |> List.to_string(),
      server_request_id: metadata[:request_id],
      operation: :chat,
      mode: if(metadata.stream, do: :stream, else: :sync),
      transport: :oneshot_ai,
      provider: provider,
      model: %{id: known[:model] || metadata.model, provider: provider},
      reasoning: nil,
      request_summary: nil,
      response_summary: nil,
      http_status: nil,
      finish_reason: nil,
      usage: nil
    }
  end

  defp provider(nil), do: nil
  defp provider(name), do: Map.get(@providers, to_string(name), to_string(name))

  defp token_usage(nil, _cost, _metadata), do: []

  defp token_usage(%Usage{} = usage, cost, metadata) do
    total = cost && cost.total

    measurements = %{
      tokens: tokens(usage),
      cost: total,
      total_cost: total,
      input_cost: cost && cost.input,
      output_cost: cost && cost.output
    }

    [{[:req_llm, :token_usage], measurements, request(metadata)}]
  end

  defp usage(nil, _cost), do: nil

  defp usage(%Usage{} = usage, cost) do
    %{tokens: tokens(usage), cost: cost && cost.total} |> Map.merge(tokens(usage)) |> costs(cost)
  end

  defp costs(usage, %Cost{} = cost) do
    Map.merge(usage, %{
      input_cost: cost.input,
      output_cost: cost.output,
      total_cost: cost.total
    })
  end

  defp costs(usage, nil), do: usage

  defp tokens(%Usage{} = usage) do
    %{
      input_tokens: usage.input_tokens,
      output_tokens: usage.output_tokens,
      total_tokens: usage.total_tokens,
      cached_tokens: usage.cached_input_tokens,
      cache_creation_tokens: usage.cache_write_input_tokens,
      reasoning_tokens: usage.reasoning_tokens
    }
  end
end
