package dev.adit.conformance.interop;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import dev.adit.conformance.site.SitePlan;
import dev.adit.conformance.site.TunnelSite;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.AfterClass;
import org.junit.AssumptionViolatedException;
import org.junit.BeforeClass;
import org.junit.Test;

/**
 * Callers that share no code with gRPC's Java: its C core under Python, its JavaScript, and its Go,
 * which is the backend too.
 */
public final class OtherLanguagesIT {
  private static final String PYTHON = "/usr/bin/python3";
  private static final Duration RUN_TIMEOUT = Duration.ofSeconds(60);
  private static final int INSTALL_SECONDS = 120;

  private static @Nullable InteropSite site;

  @BeforeClass
  public static void startSite() throws Exception {
    site = InteropSite.start();
  }

  @AfterClass
  public static void stopSite() {
    if (site != null) {
      site.close();
    }
  }

  @Test
  public void python() throws Exception {
    if (!succeeds(Path.of("target"), PYTHON, "-c", "import grpc")) {
      throw skip(PYTHON + " cannot import grpc (Debian: python3-grpcio)");
    }
    Path script = copy("python", "caller.py");
    running().run("python", RUN_TIMEOUT, PYTHON, script.toString(), running().entry());
  }

  @Test
  public void node() throws Exception {
    Path script = copy("node", "caller.js");
    Path directory = Path.of("target", "node").toAbsolutePath();
    copy("node", "package.json");
    if (!succeeds(directory, "node", "--version")) {
      throw skip("there is no node");
    }
    if (!succeeds(directory, "npm", "install", "--ignore-scripts", "--no-audit", "--no-fund")) {
      throw skip("npm install of what package.json names failed; see " + log(directory));
    }
    running().run("node", RUN_TIMEOUT, "node", script.toString(), running().entry());
  }

  @Test
  public void go() throws Exception {
    Path library = Path.of("/usr/share/gocode/src/google.golang.org/grpc");
    Path source = copy("go", "peer.go");
    Path directory = Path.of("target", "go").toAbsolutePath();
    if (!succeeds(directory, "go", "version") || !Files.exists(library)) {
      throw skip("there is no go or no " + library + " (Debian: golang-google-grpc-dev)");
    }
    String cache = "GOCACHE=" + directory.resolve("cache");
    String[] build = {
      "env", "GO111MODULE=off", "GOPATH=/usr/share/gocode", cache, "go", "build", source.toString()
    };
    assertTrue("see " + log(directory), succeeds(directory, build));
    Process peer = new ProcessBuilder(directory + "/peer").redirectErrorStream(true).start();
    try (BufferedReader said = peer.inputReader(StandardCharsets.UTF_8);
        BufferedWriter to = peer.outputWriter(StandardCharsets.UTF_8);
        TunnelSite tunnel = TunnelSite.start(SitePlan.of(address(said)))) {
      to.write(tunnel.entry() + "\n");
      to.flush();
      String rest = said.lines().collect(Collectors.joining("\n"));
      assertEquals(rest, 0, peer.waitFor());
    } finally {
      peer.destroyForcibly();
    }
  }

  private static String address(BufferedReader said) throws IOException {
    return Objects.requireNonNull(said.readLine(), "it ended without a word");
  }

  private static InteropSite running() {
    if (site == null) {
      throw new IllegalStateException("no site");
    }
    return site;
  }

  private static AssumptionViolatedException skip(String reason) {
    System.err.println("SKIPPED, not passed: " + reason);
    return new AssumptionViolatedException(reason);
  }

  private static boolean succeeds(Path directory, String... words) throws InterruptedException {
    Process process;
    try {
      process =
          new ProcessBuilder(words)
              .directory(directory.toFile())
              .redirectErrorStream(true)
              .redirectOutput(log(directory).toFile())
              .start();
    } catch (IOException e) {
      System.err.println(e.getMessage());
      return false;
    }
    if (!process.waitFor(INSTALL_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      return false;
    }
    return process.exitValue() == 0;
  }

  private static Path log(Path directory) {
    return directory.resolve("preparation.log");
  }

  private static Path copy(String language, String name) throws IOException {
    Path directory = Files.createDirectories(Path.of("target", language).toAbsolutePath());
    try (InputStream resource = OtherLanguagesIT.class.getResourceAsStream(name)) {
      if (resource == null) {
        throw new IllegalStateException("no resource " + name);
      }
      Path file = directory.resolve(name);
      Files.copy(resource, file, StandardCopyOption.REPLACE_EXISTING);
      return file;
    }
  }
}
