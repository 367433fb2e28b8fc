package dev.adit.conformance.page;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.gson.Gson;
import dev.adit.conformance.check.CallerKind;
import dev.adit.conformance.check.Eventually;
import dev.adit.conformance.peer.Answer;
import dev.adit.conformance.peer.RawBackend;
import dev.adit.conformance.peer.RawConnection;
import dev.adit.conformance.peer.RawStream;
import dev.adit.conformance.site.AgentPlan;
import dev.adit.conformance.site.LocalSite;
import dev.adit.conformance.site.SitePlan;
import dev.adit.conformance.tools.Tool;
import dev.adit.core.wire.FrameLimits;
import dev.adit.server.app.ServerApp;
import dev.adit.server.config.ServerConfigReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The page in headless Chromium: what it shows, that nothing of what callers and agents have
 * written is executed, that it is used by keyboard, and that it does not grow. Needs {@code node},
 * the npm package {@code playwright-core} and {@code chromium}.
 */
@Timeout(300)
final class BrowserIT {
  private static final int SECONDS = 240;
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

  private static final List<String> BROWSERS =
      List.of("chromium", "chromium-browser", "google-chrome");

  private static final String MARKUP = "/no.Service/<img/src=x/onerror=window.executed=1>";

  private final Path directory;

  BrowserIT(@TempDir Path directory) {
    this.directory = directory;
  }

  private String browser() throws Exception {
    for (String name : BROWSERS) {
      Optional<Tool.Run> run = Tool.run(directory, SECONDS, List.of(name, "--version"));
      if (run.isPresent() && run.get().exitCode() == 0) {
        Tool.Run which = Tool.run(directory, SECONDS, List.of("which", name)).orElseThrow();
        return which.output().strip();
      }
    }
    Tool.need(false, "chromium");
    return "";
  }

  /** Where node finds packages that were installed for everybody. */
  private String packages() throws Exception {
    Optional<Tool.Run> root = Tool.run(directory, SECONDS, List.of("npm", "root", "-g"));
    Tool.need(root.isPresent(), "npm");
    return root.orElseThrow().output().strip();
  }

  private List<String> node(String packages, String... words) {
    List<String> all = new ArrayList<>(List.of("env", "NODE_PATH=" + packages, "node"));
    all.addAll(List.of(words));
    return all;
  }

  @Test
  void pageShowsWhatHappensAndExecutesNothing() throws Exception {
    String browser = browser();
    String packages = packages();
    Tool.Run has =
        Tool.run(directory, SECONDS, node(packages, "-e", "require('playwright-core')"))
            .orElseThrow();
    Tool.need(has.exitCode() == 0, "node with playwright-core (npm install -g playwright-core)");
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
        String orders =
            new Gson()
                .toJson(
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
                        "cart/watch"));
        Tool.Run run =
            Tool.run(directory, SECONDS, node(packages, script(), browser, orders)).orElseThrow();
        System.out.println(run.output());
        assertEquals(0, run.exitCode(), run.output());
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

  private static String script() {
    return Path.of("src", "test", "browser", "page.cjs").toAbsolutePath().toString();
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
