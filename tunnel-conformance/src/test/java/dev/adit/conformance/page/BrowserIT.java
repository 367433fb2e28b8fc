package dev.adit.conformance.page;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.adit.conformance.check.CallerKind;
import dev.adit.conformance.check.Eventually;
import dev.adit.conformance.peer.Answer;
import dev.adit.conformance.peer.RawBackend;
import dev.adit.conformance.peer.RawConnection;
import dev.adit.conformance.peer.RawStream;
import dev.adit.conformance.site.AgentPlan;
import dev.adit.conformance.site.LocalSite;
import dev.adit.conformance.site.SitePlan;
import dev.adit.core.wire.FrameLimits;
import dev.adit.server.app.ServerApp;
import dev.adit.server.config.ServerConfigReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The page in headless Chromium: what it shows, that nothing of what callers and agents have
 * written is executed, that it is used by keyboard, and that it does not grow.
 */
@Timeout(300)
final class BrowserIT {
  private static final int CANCEL = 8;
  private static final String TOKEN = "token-of-the-port";

  /** All that an agent may be called by the rule for names: no blank, nothing but ASCII. */
  private static final String AGENT = "<script>window.executed=1<!--";

  private static final String RULES =
      """
      version: 1
      rules:
      - {name: cart, matches: [{service: shop.Cart}], to: shop}
      """;

  private static final String MARKUP = "/no.Service/<img/src=x/onerror=window.executed=1>";

  private final Path directory;

  BrowserIT(@TempDir Path directory) {
    this.directory = directory;
  }

  @Test
  void pageShowsWhatHappensAndExecutesNothing() throws Exception {
    Browser browser = Browser.find(directory);
    try (RawBackend backend = RawBackend.start(stream -> {});
        ServerApp wanting = serverThatWantsAToken()) {
      backend.script(backend::handOver);
      SitePlan plan =
          SitePlan.of(
              RULES,
              AgentPlan.of("a-1", "shop", backend.hostAndPort()),
              AgentPlan.of(AGENT, "shop", backend.hostAndPort()));
      try (LocalSite site = LocalSite.start(plan);
          RawConnection caller = RawConnection.dial(site.entry())) {
        RawStream watched = open(caller, "/shop.Cart/Watch");
        RawStream hostile =
            open(caller, "/shop.Cart/<script>window.executed=1", "x-request-id", "<b>\u0001");
        assertEquals("12", open(caller, MARKUP).answer().last("grpc-status"));
        Eventually.holds("both run", () -> site.server().calls().running() == 2);
        Map<String, Object> orders =
            Map.of(
                "url",
                "http://" + site.admin(),
                "tokenUrl",
                "http://127.0.0.1:" + wanting.adminAddress().getPort(),
                "token",
                TOKEN,
                "running",
                2,
                "failedPath",
                MARKUP,
                "agent",
                AGENT,
                "cancelMethod",
                "cart/watch");
        browser.run("page.cjs", orders);
        Answer cancelled = watched.answer();
        assertEquals("1", cancelled.last("grpc-status"));
        assertEquals("cancelled-by-operator", cancelled.last("x-tunnel-reason"));
        hostile.reset(CANCEL);
      }
    }
  }

  private static RawStream open(RawConnection caller, String path, String... more)
      throws Exception {
    return caller.open(CallerKind.GRPC.request(path, more), false);
  }

  private ServerApp serverThatWantsAToken() throws Exception {
    Files.createDirectory(directory.resolve("rules"));
    Files.writeString(directory.resolve("admin.token"), TOKEN);
    Files.writeString(directory.resolve("agents.yaml"), "version: 1\nagents: []\n");
    Path file =
        Files.writeString(
            directory.resolve("server.yaml"),
            """
            version: 1
            entry: {listen: 127.0.0.1:0}
            tunnel: {listen: 127.0.0.1:0, insecure: true}
            admin: {listen: 127.0.0.1:0, token: {file: admin.token}}
            rules: rules/
            agents: agents.yaml
            accessLog: off
            """);
    return ServerApp.start(
        ServerConfigReader.read(file),
        FrameLimits.DEFAULT,
        "under-test",
        new PrintStream(OutputStream.nullOutputStream()));
  }
}
