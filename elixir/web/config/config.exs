import Config

config :logger, level: if(config_env() == :test, do: :warning, else: :info)
config :logger, :console, format: "$time $level $message\n"

# Tests start what they need themselves.
if config_env() == :test, do: config(:oneshot, :listen, false)
