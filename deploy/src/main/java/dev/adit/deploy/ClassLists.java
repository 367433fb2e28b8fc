package dev.adit.deploy;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * Writes for each program the list of the classes that it loads until it is ready and with its
 * first call, from which {@code -Xshare:dump} makes an archive of them. Server and agent are
 * started for it as {@code init} sets them up, on ports of this machine that only it can reach.
 */
public final class ClassLists {
  private static final int END_SECONDS = 30;
  private static final String NOWHERE = "127.0.0.1:1";

  // deps
  private final Path lists;
  private final Path work;

  // state
  private final List<Process> started = new ArrayList<>();

  private ClassLists(Path lists, Path work) {
    this.lists = lists;
    this.work = work;
  }

  /**
   * Writes {@code tunnel-server.classlist} and {@code tunnel-agent.classlist}, unless they are
   * newer than the programs.
   *
   * @param arguments the directory of the lists; one to work in; the server's jar; the agent's
   */
  public static void main(String[] arguments) throws Exception {
    Path lists = Files.createDirectories(Path.of(arguments[0]));
    Path work = Files.createDirectories(Path.of(arguments[1]));
    Path server = Path.of(arguments[2]);
    Path agent = Path.of(arguments[3]);
    ClassLists maker = new ClassLists(lists, work);
    if (!maker.hasNewer(server) || !maker.hasNewer(agent)) {
      try {
        maker.write(server, agent);
      } finally {
        maker.started.forEach(Process::destroyForcibly);
      }
    }
  }

  private Path list(Path jar) {
    return lists.resolve(jar.getFileName().toString().replace(".jar", ".classlist"));
  }

  private boolean hasNewer(Path jar) throws IOException {
    Path list = list(jar);
    return Files.exists(list)
        && Files.getLastModifiedTime(list).compareTo(Files.getLastModifiedTime(jar)) > 0;
  }

  private void write(Path serverJar, Path agentJar) throws Exception {
    String setup = "setup-" + System.nanoTime();
    end(
        java(
            "-jar",
            serverJar.toString(),
            "init",
            setup,
            "--host",
            "127.0.0.1",
            "--backend",
            NOWHERE));
    Path files = work.resolve(setup);
    edit(files.resolve("server.yaml"), "listen: .*", "listen: 127.0.0.1:0");
    Process server = run(serverJar, files.resolve("server.yaml"));
    String ready = ready(server);
    Path agentFile = files.resolve("agent.yaml");
    edit(agentFile, "(?m)^servers: .*", "servers: [\"" + address(ready, "tunnel") + "\"]");
    edit(agentFile, "\\z", "admin: {listen: 127.0.0.1:0}\n");
    Process agent = run(agentJar, agentFile);
    ready(agent);
    use(ready, files.resolve("tls/ca.crt"));
    for (Process program : List.of(agent, server)) {
      program.destroy();
      end(program);
    }
    for (Path jar : List.of(serverJar, agentJar)) {
      Path made = work.resolve(list(jar).getFileName());
      Files.move(made, list(jar), StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private Process java(String... words) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(words));
    Process process =
        new ProcessBuilder(command)
            .directory(work.toFile())
            .redirectError(ProcessBuilder.Redirect.appendTo(work.resolve("log").toFile()))
            .start();
    started.add(process);
    return process;
  }

  /** Without the archive that every Java has, of whose classes not all would be listed. */
  private Process run(Path jar, Path config) throws IOException {
    return java(
        "-Xshare:off",
        "-XX:DumpLoadedClassList=" + work.resolve(list(jar).getFileName()).toAbsolutePath(),
        "-Dio.netty.leakDetection.level=disabled",
        "-jar",
        jar.toString(),
        "run",
        "-c",
        config.toAbsolutePath().toString());
  }

  /** Its output after that line is small, and stays where it is. */
  private String ready(Process process) throws IOException {
    BufferedReader lines = process.inputReader();
    for (@Nullable String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.startsWith("ready ")) {
        return line;
      }
    }
    throw new IOException("a program has ended before it was ready; see " + work.resolve("log"));
  }

  private void end(Process process) throws IOException, InterruptedException {
    if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
      throw new IOException("a program has not ended well; see " + work.resolve("log"));
    }
  }

  private static String address(String ready, String listener) {
    Matcher matcher = Pattern.compile(listener + "=(\\S+)").matcher(ready);
    if (!matcher.find()) {
      throw new IllegalStateException(ready);
    }
    return matcher.group(1);
  }

  private static void edit(Path file, String regex, String replacement) throws IOException {
    Files.writeString(file, Files.readString(file).replaceAll(regex, replacement));
  }

  /** A call, whose backend is not there, and what operators look at. */
  private static void use(String ready, Path ca)
      throws IOException, InterruptedException, GeneralSecurityException {
    HttpClient client = HttpClient.newBuilder().sslContext(trusting(ca)).build();
    String method = "/grpc.health.v1.Health/Check";
    HttpRequest call =
        HttpRequest.newBuilder(URI.create("https://" + address(ready, "entry") + method))
            .header("content-type", "application/grpc")
            .header("te", "trailers")
            .POST(HttpRequest.BodyPublishers.ofByteArray(new byte[5]))
            .build();
    String status =
        client.send(call, BodyHandlers.ofString()).headers().firstValue("grpc-status").orElse("");
    if (!status.equals("14")) {
      throw new IOException("expected a call that is refused as UNAVAILABLE, not '" + status + "'");
    }
    for (String path : List.of("/metrics", "/status")) {
      URI page = URI.create("http://" + address(ready, "admin") + path);
      client.send(HttpRequest.newBuilder(page).build(), BodyHandlers.discarding());
    }
  }

  private static SSLContext trusting(Path ca) throws IOException, GeneralSecurityException {
    KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
    trusted.load(null, null);
    trusted.setCertificateEntry(
        "ca",
        CertificateFactory.getInstance("X.509")
            .generateCertificate(new ByteArrayInputStream(Files.readAllBytes(ca))));
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, Objects.requireNonNull(trust.getTrustManagers()), null);
    return context;
  }
}
