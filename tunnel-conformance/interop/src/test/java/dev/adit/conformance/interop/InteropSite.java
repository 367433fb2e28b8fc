package dev.adit.conformance.interop;

import dev.adit.conformance.site.SitePlan;
import dev.adit.conformance.site.TunnelSite;
import dev.adit.demo.process.ChildCommand;
import dev.adit.demo.process.ChildProcess;
import io.grpc.testing.integration.TestServiceServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The suite's command-line server behind a server and an agent: three processes. */
final class InteropSite implements AutoCloseable {
  private static final int START_SECONDS = 30;
  private static final List<String> SMALL_JVM =
      List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto");
  private static final String STARTED = "Server started";

  // deps
  private final Process backend;
  private final TunnelSite site;

  private InteropSite(Process backend, TunnelSite site) {
    this.backend = backend;
    this.site = site;
  }

  /** Starts everything; returns once calls can be made. */
  static InteropSite start() throws Exception {
    int port = FixedPort.choose();
    Process backend = startBackend(port);
    try {
      return new InteropSite(backend, TunnelSite.start(SitePlan.of("127.0.0.1:" + port)));
    } catch (Exception e) {
      backend.destroyForcibly();
      throw e;
    }
  }

  private static Process startBackend(int port)
      throws IOException, InterruptedException, ExecutionException, TimeoutException {
    List<String> words = new ArrayList<>();
    words.add(System.getProperty("java.home") + "/bin/java");
    words.addAll(suite(TestServiceServer.class, "--port=" + port, "--use_tls=false"));
    Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
    CompletableFuture<Void> started = new CompletableFuture<>();
    Thread reader = new Thread(() -> awaitStarted(process, started), "stdout-of-backend");
    reader.setDaemon(true);
    reader.start();
    try {
      started.get(START_SECONDS, TimeUnit.SECONDS);
      return process;
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      process.destroyForcibly();
      throw e;
    }
  }

  private static void awaitStarted(Process process, CompletableFuture<Void> started) {
    StringBuilder said = new StringBuilder();
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith(STARTED)) {
          started.complete(null);
        } else if (!started.isDone()) {
          said.append(line).append('\n');
        }
      }
      started.completeExceptionally(new IllegalStateException("backend ended: " + said));
    } catch (IOException e) {
      started.completeExceptionally(new UncheckedIOException(e));
    }
  }

  private static List<String> suite(Class<?> main, String... arguments) {
    List<String> words = new ArrayList<>(SMALL_JVM);
    words.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    words.addAll(List.of(arguments));
    return words;
  }

  /** Where callers dial, {@code HOST:PORT}. */
  String entry() {
    return site.entry();
  }

  /** A main class of the suite in a JVM of its own, which must end with exit code 0. */
  void runSuite(String name, Class<?> main, Duration timeout, String... arguments)
      throws Exception {
    check(ChildCommand.java(name, site.directory(), suite(main, arguments)), timeout);
  }

  /** A program that must end with exit code 0. */
  void run(String name, Duration timeout, String... words) throws Exception {
    check(new ChildCommand(name, List.of(words), site.directory(), Map.of()), timeout);
  }

  private void check(ChildCommand command, Duration timeout) throws Exception {
    ChildProcess child = site.start(command);
    int code = child.awaitEnd(timeout);
    if (code != 0) {
      String said = String.join("\n", child.logTail());
      throw new AssertionError(command.name() + " ended with exit code " + code + "\n" + said);
    }
    site.checkAlive();
  }

  @Override
  public void close() {
    site.close();
    backend.destroyForcibly();
  }
}
