import Config

if config_env() != :test do
  config :oneshot, :port, "PORT" |> System.get_env("8080") |> String.to_integer()
  config :oneshot, :password, System.get_env("WEB_PASSWORD")

  # The deployment's name for the server's address, and the client's.
  ai_server_url = System.get_env("AI_SERVER_URL", "http://localhost:3000")
  config :oneshot, :ai_server_url, ai_server_url
  config :oneshot_ai, :url, ai_server_url

  # Without a secret the page still opens, and says what is missing.
  if secret = System.get_env("JWT_SECRET") do
    config :oneshot_ai, :jwt, secret: secret, subject: "web"
  end
end
