alias OneshotAI.{Case, TestServer}

# The environment must not configure the tests.
for name <- ["AI_SERVER_URL", "JWT_SECRET"], do: System.delete_env(name)

# One server for all tests that need no other; it is what an app would have configured.
server = TestServer.start!()
Case.share(server)
Application.put_env(:oneshot_ai, :url, TestServer.url(server))
Application.put_env(:oneshot_ai, :jwt, secret: TestServer.secret())

IO.puts(
  "Elixir #{System.version()}, OTP #{System.otp_release()}, JSON by #{inspect(OneshotAI.JSON.library())}"
)

# If they are on the code path, by ERL_LIBS.
for library <- [:telemetry, :req], do: Application.ensure_all_started(library)

req? = Code.ensure_loaded?(Req)

if not req?,
  do: IO.puts("left out: the transport over Req (needs Req on the code path, by ERL_LIBS)")

if not Code.ensure_loaded?(Phoenix.LiveDashboard.PageBuilder),
  do: IO.puts("left out: the page in LiveDashboard (needs it on the code path, by ERL_LIBS)")

if not Code.ensure_loaded?(Igniter.Test),
  do: IO.puts("left out: the installer run by Igniter (needs it on the code path, by ERL_LIBS)")

ipv6? = match?({:ok, _listener}, :gen_tcp.listen(0, [:inet6, ip: {0, 0, 0, 0, 0, 0, 0, 1}]))

if not ipv6?, do: IO.puts("left out: addresses of IPv6 (needs IPv6 on loopback)")

# Longer than anything takes, on a busy machine too.
ExUnit.start(
  exclude:
    if(req?, do: [], else: [:req]) ++
      if(ipv6?, do: [], else: [:ipv6]),
  assert_receive_timeout: 20_000,
  timeout: 300_000
)
