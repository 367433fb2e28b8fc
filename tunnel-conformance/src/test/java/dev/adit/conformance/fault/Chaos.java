package dev.adit.conformance.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.conformance.check.Eventually;
import dev.adit.conformance.fault.count.CountedCalls;
import dev.adit.conformance.peer.Link;
import dev.adit.conformance.peer.RawBackend;
import dev.adit.conformance.site.TunnelSite;
import dev.adit.demo.process.ChildProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Lets something go wrong at a site and sees it whole again. The first server and the agent that is
 * named {@code steady} are spared. Confined to one thread.
 */
public final class Chaos {
  /** One thing that goes wrong. */
  public enum Event {
    AGENT_TERMINATED(0),
    AGENT_KILLED(CountedCalls.CALLERS),
    AGENT_FROZEN(CountedCalls.CALLERS),
    LINK_SILENT(CountedCalls.CALLERS),
    SERVER_TERMINATED(0),
    SERVER_KILLED(CountedCalls.CALLERS),
    BACKEND_RESTARTED(CountedCalls.CALLERS),
    RULES_EDITED(0);

    private final int mostFailures;

    Event(int mostFailures) {
      this.mostFailures = mostFailures;
    }

    /** Calls that may fail by it: those that run there. */
    public int mostFailures() {
      return mostFailures;
    }
  }

  private static final Duration WHOLE = Duration.ofSeconds(60);
  private static final Duration FROZEN = Duration.ofSeconds(6);
  private static final String VICTIM = "victim";
  private static final String SECOND = "server-2";

  private final TunnelSite site;
  private final List<Link> links;
  private final int agents;
  private RawBackend backend;

  /**
   * Chaos at a site with two servers.
   *
   * @param links the ways of an agent to the servers
   * @param backend one of two; replaced by its successors
   */
  public Chaos(TunnelSite site, List<Link> links, RawBackend backend, int agents) {
    this.site = site;
    this.links = links;
    this.backend = backend;
    this.agents = agents;
  }

  /** Lets it happen; returns once all servers have all agents again. */
  public void make(Event event) throws Exception {
    switch (event) {
      case AGENT_TERMINATED -> restart(VICTIM, true);
      case AGENT_KILLED -> restart(VICTIM, false);
      case SERVER_TERMINATED -> restart(SECOND, true);
      case SERVER_KILLED -> restart(SECOND, false);
      case AGENT_FROZEN -> {
        signal(site.process(VICTIM), "STOP");
        Eventually.pass(FROZEN);
        signal(site.process(VICTIM), "CONT");
      }
      case LINK_SILENT -> {
        links.forEach(Link::swallow);
        Eventually.pass(FROZEN);
        links.forEach(Link::heal);
      }
      case BACKEND_RESTARTED -> {
        backend.close();
        Eventually.pass(Duration.ofSeconds(1));
        backend = RawBackend.restart(backend);
      }
      case RULES_EDITED -> {
        for (String server : List.of("server", SECOND)) {
          Path rules = site.directory().resolve(server).resolve("rules/rules.yaml");
          Files.writeString(rules, "# edited\n", StandardOpenOption.APPEND);
        }
      }
    }
    awaitWhole();
  }

  /** All servers have all agents. */
  public void awaitWhole() {
    Eventually.holds(
        "the site is whole", WHOLE, () -> agents("server") == agents && agents(SECOND) == agents);
  }

  private void restart(String name, boolean gently) throws Exception {
    if (gently) {
      assertEquals(0, site.terminate(name));
    } else {
      site.kill(name);
    }
    site.restart(name);
  }

  /** Sends a signal by its name. */
  public static void signal(ChildProcess process, String name)
      throws IOException, InterruptedException {
    Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
    assertTrue(kill.waitFor(10, TimeUnit.SECONDS));
    assertEquals(0, kill.exitValue());
  }

  private int agents(String server) throws IOException {
    return site.status(server).agents().size();
  }

  /** Ends the backend of now. */
  public void close() throws IOException {
    backend.close();
  }
}
