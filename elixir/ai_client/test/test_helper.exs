alias Oneshot.AIClient.{Case, TestServer}

# One server for all tests that need no other; it is what an app would have configured.
server = TestServer.start!()
Case.share(server)
Application.put_env(:oneshot, :ai_server_url, TestServer.url(server))
Application.put_env(:oneshot, :ai_client, jwt: [secret: TestServer.secret()])

IO.puts("Elixir #{System.version()}, OTP #{System.otp_release()}, JSON by #{inspect(Oneshot.AIClient.JSON.library())}")

# Where they are on the code path, as ERL_LIBS may have them.
for library <- [:telemetry, :req], do: Application.ensure_all_started(library)

req? = Code.ensure_loaded?(Req)

if not req?, do: IO.puts("left out: the transport over Req (needs Req on the code path, by ERL_LIBS)")

ExUnit.start(exclude: if(req?, do: [], else: [:req]), assert_receive_timeout: 2_000)
