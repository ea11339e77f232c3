import Config

if config_env() != :test do
  config :oneshot, :port, "PORT" |> System.get_env("8080") |> String.to_integer()
  config :oneshot, :password, System.get_env("WEB_PASSWORD")

  config :oneshot, :ai_server_url, System.get_env("AI_SERVER_URL", "http://localhost:3000")

  # Without it the page is there, and says what is missing.
  if secret = System.get_env("JWT_SECRET") do
    config :oneshot, :ai_client, jwt: [secret: secret, subject: "web"]
  end
end
