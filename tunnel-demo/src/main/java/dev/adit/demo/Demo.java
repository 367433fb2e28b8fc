package dev.adit.demo;

import dev.adit.demo.process.ChildException;
import dev.adit.demo.process.ChildProcess;
import dev.adit.demo.process.ReadyLine;
import dev.adit.demo.scenes.DemoSteps;
import dev.adit.demo.site.DemoSite;
import dev.adit.demo.site.ProductJars;
import dev.adit.demo.tour.Narrator;
import dev.adit.demo.tour.Step;
import dev.adit.demo.tour.Tour;
import dev.adit.demo.tour.TourException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The demo command: starts a server, two agents and five sample backends, makes calls of all four
 * kinds through them and shows what became of each. Exit code 0 only if every call came back right.
 */
public final class Demo {
  private static final Duration LOG_TIMEOUT = Duration.ofSeconds(5);
  private static final int EXIT_FAILURE = 1;
  private static final int EXIT_USAGE = 2;

  private final Narrator narrator;
  private final DemoSite site;

  private Demo(Narrator narrator, DemoSite site) {
    this.narrator = narrator;
    this.site = site;
  }

  public static void main(String[] args) throws IOException {
    if (args.length != 2) {
      System.err.println("usage: Demo TUNNEL_SERVER_JAR TUNNEL_AGENT_JAR");
      System.exit(EXIT_USAGE);
    }
    DemoSite site = DemoSite.create(new ProductJars(Path.of(args[0]), Path.of(args[1])));
    // Ends the children on Ctrl-C too, and when this process alone is asked to end.
    Runtime.getRuntime().addShutdownHook(new Thread(site::close, "stop-demo"));
    endWithParent();
    Narrator narrator = new Narrator(System.out, Terminal.takesColours());
    System.exit(new Demo(narrator, site).run());
  }

  /** Maven started us; it may be killed without a word to us. */
  private static void endWithParent() {
    ProcessHandle.current()
        .parent()
        .ifPresent(parent -> parent.onExit().thenRun(() -> System.exit(EXIT_FAILURE)));
  }

  private int run() {
    long start = System.nanoTime();
    try {
      narrator.title(
          "Adit demo: callers -> tunnel-server <- two tunnel-agents -> five backends,"
              + " each a process of its own");
      List<Step> steps = DemoSteps.all();
      play(steps);
      Duration took = Duration.ofNanos(System.nanoTime() - start);
      narrator.success(
          String.format(
              Locale.ROOT,
              "All %d calls came back right; %.1f s with start-up.",
              steps.size(),
              took.toMillis() / 1000.0));
      return 0;
    } catch (ChildException e) {
      return failed(e, Map.of(e.childName(), e.logTail()));
    } catch (TourException | IOException e) {
      return failed(e, logTails());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return failed(e, Map.of());
    }
  }

  private void play(List<Step> steps)
      throws ChildException, TourException, IOException, InterruptedException {
    DemoSite.Running running = site.start();
    tellWhatRuns(running);
    try (Tour tour = new Tour(running.entry(), running.accessLog(), narrator, LOG_TIMEOUT, steps)) {
      tour.run();
    }
    site.checkAlive();
  }

  private int failed(Exception failure, Map<String, List<String>> logTails) {
    // After Ctrl-C everything fails; nobody wants to read that.
    if (!site.isClosed()) {
      narrator.failure(String.valueOf(failure.getMessage()), logTails);
    }
    return EXIT_FAILURE;
  }

  private void tellWhatRuns(DemoSite.Running running) {
    narrator.fact(
        "server", "entry " + running.entry() + ", tunnel " + running.server().field("tunnel"));
    narrator.fact("agents", agentsText(running.agents()));
    narrator.fact("backends", backendsText(running.backends()));
  }

  private static String agentsText(List<ReadyLine> agents) {
    return agents.stream()
        .map(agent -> agent.field("agent") + " connected to " + agent.field("servers"))
        .collect(Collectors.joining(", "));
  }

  private static String backendsText(Map<String, String> backends) {
    List<String> all =
        backends.entrySet().stream()
            .map(backend -> backend.getKey() + "-1 " + port(backend.getValue()))
            .toList();
    return String.join(", ", all);
  }

  private static String port(String address) {
    return address.substring(address.lastIndexOf(':'));
  }

  /** The logs of all that ran, as any of them may hold the reason; empty ones left out. */
  private Map<String, List<String>> logTails() {
    Map<String, List<String>> tails = new LinkedHashMap<>();
    for (ChildProcess child : site.processes()) {
      List<String> tail = child.logTail();
      if (!tail.isEmpty()) {
        tails.put(child.name() + (child.isAlive() ? "" : " (ended)"), tail);
      }
    }
    return tails;
  }
}
