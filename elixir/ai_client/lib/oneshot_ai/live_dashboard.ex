defmodule OneshotAI.LiveDashboard do
  @moduledoc """
  A page for [Phoenix LiveDashboard](https://hexdocs.pm/phoenix_live_dashboard): what was used and what
  it cost, the token's limits, and which providers are available.

      # lib/my_app_web/ai_page.ex
      defmodule MyAppWeb.AIPage do
        use OneshotAI.LiveDashboard
      end

      # lib/my_app_web/router.ex
      live_dashboard "/dashboard", additional_pages: [ai: MyAppWeb.AIPage]

  With `{MyAppWeb.AIPage, days: 7, claims: %{scope: "chat usage:read admin"}}` in place of the module:

    * `:days` - how many days are summed up, today included. Default: 30.
    * `:claims`, `:policy` - of the token with which the page asks the server, as for a call. With the
      scope `admin` it sees the calls of all subjects.

  The page module is yours, and not this library's, because that is compiled without knowing whether
  your app has LiveDashboard.
  """

  alias OneshotAI.{Limit, Options}

  @options [
    days: {:count, "how many days are summed up."},
    claims: {:map, "of the page's token."},
    policy: {:map, "of the page's token."}
  ]

  @timeout_ms 5_000

  defmacro __using__(_opts) do
    quote do
      use Phoenix.LiveDashboard.PageBuilder, refresher?: true

      @impl true
      def init(opts), do: {:ok, OneshotAI.LiveDashboard.init(opts)}

      @impl true
      def menu_link(_session, _capabilities), do: {:ok, "AI"}

      @impl true
      def mount(_params, session, socket) do
        {:ok, assign(socket, session: session, report: OneshotAI.LiveDashboard.load(session))}
      end

      @impl true
      def handle_refresh(socket) do
        {:noreply, assign(socket, report: OneshotAI.LiveDashboard.load(socket.assigns.session))}
      end

      @impl true
      def render(var!(assigns)) do
        ~H"""
        <p :for={fault <- @report.faults} class="alert alert-danger" role="alert"><%= fault %></p>
        <%= for table <- @report.tables do %>
          <h5 class="card-title"><%= table.title %></h5>
          <div class="card mb-4">
            <div class="card-body p-0 dash-table-wrapper">
              <table class="table table-hover mt-0 dash-table">
                <thead>
                  <tr><th :for={name <- table.columns}><%= name %></th></tr>
                </thead>
                <tbody>
                  <tr :for={row <- table.rows}><td :for={cell <- row}><%= cell %></td></tr>
                </tbody>
              </table>
            </div>
          </div>
        <% end %>
        """
      end
    end
  end

  @doc false
  @spec init(keyword() | map()) :: map()
  def init(opts) do
    opts = opts |> Enum.to_list() |> Options.validate!(@options, "the dashboard page")
    Map.new(Keyword.put_new(opts, :days, 30))
  end

  @doc false
  # Tables, and in words what the server did not tell.
  @spec load(map()) :: %{faults: [String.t()], tables: [map()]}
  def load(%{days: days} = session) do
    call = [timeout: @timeout_ms] ++ (session |> Map.take([:claims, :policy]) |> Map.to_list())
    today = Date.utc_today()
    asked = [from: Date.add(today, 1 - days), to: today, group_by: [:provider, :model]]

    {faults, tables} =
      [
        {OneshotAI.usage(asked ++ call), &usage_table(&1, days)},
        {OneshotAI.limits(call), &limits_table/1},
        {OneshotAI.list_providers(call), &providers_table/1}
      ]
      |> Enum.map(fn
        {{:ok, told}, to_table} -> {:table, to_table.(told)}
        {{:error, error}, _to_table} -> {:fault, error.message || Exception.message(error)}
      end)
      |> Enum.split_with(&match?({:fault, _message}, &1))

    %{faults: faults |> Keyword.values() |> Enum.uniq(), tables: Keyword.values(tables)}
  end

  defp usage_table(report, days) do
    rows = Enum.sort_by(report.rows, &{-(&1["cost_usd"] || 0), -(&1["calls"] || 0)})

    %{
      title: "The last #{days} days (UTC)",
      columns: ["Provider", "Model", "Calls", "Errors", "Input tokens", "Output tokens", "Cost"],
      rows:
        for(row <- rows, do: [row["provider"], row["model"] | sums(row)]) ++
          [["All", "" | sums(report.totals)]]
    }
  end

  defp sums(row) do
    counts = for name <- ~w(calls errors input_tokens output_tokens), do: "#{row[name] || 0}"
    counts ++ [cost(row)]
  end

  # "$0" would say that calls without a known price were free.
  defp cost(%{"cost_usd" => none, "unpriced_calls" => calls}) when none == 0 and calls > 0,
    do: dollars(nil)

  defp cost(row), do: dollars(row["cost_usd"])

  defp limits_table(limits) do
    %{
      title: "Limits",
      columns: ["Per", "What", "Limit", "Used", "Reserved", "Left", "Window", "Resets at (UTC)"],
      rows:
        for limit <- limits do
          amount = fn value -> if limit.kind == "usd", do: dollars(value), else: "#{value}" end
          figures = [limit.limit, limit.used, limit.reserved, Limit.left(limit)]
          reset = limit.resets_at && Calendar.strftime(limit.resets_at, "%Y-%m-%d %H:%M:%S")

          [limit.per, limit.kind] ++
            Enum.map(figures, amount) ++ [limit.window || "", reset || ""]
        end
    }
  end

  defp providers_table(providers) do
    # The available ones first.
    providers = Enum.sort_by(providers, &{not &1.available?, &1.name})

    %{
      title: "Providers",
      columns: ["Provider", "Available", "Why not"],
      rows: for(one <- providers, do: [one.name, yes(one.available?), one.reason || ""])
    }
  end

  defp yes(true), do: "yes"
  defp yes(false), do: "no"

  defp dollars(nil), do: "–"
  defp dollars(number), do: "$" <> :erlang.float_to_binary(number * 1.0, decimals: 4)
end
