package dev.adit.deploy;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.deploy.program.Program;
import dev.adit.deploy.program.UnpackedArchive;
import dev.adit.testing.grpc.Bytes;
import io.grpc.CallOptions;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.TlsChannelCredentials;
import io.grpc.stub.ClientCalls;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The archive with a Java of its own, where no other is: {@code mvn verify -Pjlink}. */
@Tag("jlink")
@Timeout(180)
final class RuntimeIT {
  private static final Duration BOUND = Duration.ofSeconds(60);
  private static final MethodDescriptor<byte[], byte[]> ECHO =
      MethodDescriptor.<byte[], byte[]>newBuilder(new Bytes(), new Bytes())
          .setFullMethodName("stock.Store/Echo")
          .setType(MethodDescriptor.MethodType.UNARY)
          .build();

  /** As runtime.sh says why. */
  private static final Set<String> DONE_WITHOUT = Set.of("java.desktop", "java.sql");

  @TempDir static Path temporary = Path.of("");
  private static Path root = Path.of("");
  private static Map<String, String> environment = Map.of();

  @BeforeAll
  static void unpack() throws Exception {
    root = UnpackedArchive.withRuntimeInto(temporary);
    Path tools = Files.createDirectory(temporary.resolve("tools"));
    for (String tool : List.of("dirname", "readlink", "sed", "head")) {
      Path script = tools.resolve(tool);
      Files.writeString(script, "#!/bin/sh\nexec /usr/bin/" + tool + " \"$@\"\n");
      assertTrue(script.toFile().setExecutable(true));
    }
    environment = Map.of("PATH", tools.toString());
  }

  private static Program.Run run(String program, String... words) throws Exception {
    return Program.run(60, environment, line(program, words));
  }

  private static String[] line(String program, String... words) {
    return Stream.concat(
            Stream.of("/bin/sh", root.resolve("bin").resolve(program).toString()), Stream.of(words))
        .toArray(String[]::new);
  }

  @Test
  void versionIsSaidWithoutAJava() throws Exception {
    for (String program : List.of("tunnel-server", "tunnel-agent")) {
      Program.Run version = run(program, "version");
      assertEquals(0, version.exitCode(), version.output());
      assertTrue(version.output().startsWith(program + " "), version.output());
    }
  }

  @Test
  void javaHomeDoesNotLeadAway() throws Exception {
    Map<String, String> misled = new HashMap<>(environment);
    misled.put("JAVA_HOME", "/nowhere");
    Program.Run version = Program.run(60, misled, line("tunnel-server", "version"));
    assertEquals(0, version.exitCode(), version.output());
  }

  /** Modules that the jars name; others are found by name only, and the call below needs them. */
  @Test
  void everyModuleThatTheJarsNameIsThere() throws Exception {
    List<String> words = new ArrayList<>();
    words.addAll(List.of("--ignore-missing-deps", "--multi-release", "17", "--list-deps"));
    // The programs as one file each hold what lib/ holds, and in no order of modules.
    for (String program : List.of("tunnel-server", "tunnel-agent")) {
      words.add(
          UnpackedArchive.SOURCES
              .resolve("../" + program + "/target/" + program + ".jar")
              .toString());
    }
    StringWriter out = new StringWriter();
    PrintWriter print = new PrintWriter(out);
    int exit =
        ToolProvider.findFirst("jdeps")
            .orElseThrow()
            .run(print, print, words.toArray(String[]::new));
    print.flush();
    assertEquals(0, exit, out::toString);
    Set<String> named =
        out.toString()
            .lines()
            .map(line -> line.strip().replaceFirst("/.*", ""))
            .filter(line -> line.matches("(java|jdk)\\..*"))
            .collect(Collectors.toCollection(TreeSet::new));
    assertTrue(named.contains("jdk.unsupported"), out::toString);
    named.removeAll(DONE_WITHOUT);
    Program.Run modules =
        Program.run(root.resolve("runtime/bin/java").toString(), "--list-modules");
    named.removeAll(modules.output().lines().map(line -> line.replaceFirst("@.*", "")).toList());
    assertEquals(Set.of(), named);
  }

  @Test
  void callPassesOverTls() throws Exception {
    Path made = temporary.resolve("made");
    Server backend =
        Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
            .addService(
                ServerServiceDefinition.builder("stock.Store")
                    .addMethod(ECHO, RuntimeIT::echo)
                    .build())
            .build()
            .start();
    List<Process> running = new ArrayList<>();
    try {
      Program.Run init =
          run(
              "tunnel-server",
              "init",
              made.toString(),
              "--host",
              "localhost",
              "--backend",
              "127.0.0.1:" + backend.getPort());
      assertEquals(0, init.exitCode(), init.output());
      int entry = freePort();
      int tunnel = freePort();
      Map<String, String> server = new HashMap<>(environment);
      server.put("TUNNEL_ENTRY_LISTEN", "127.0.0.1:" + entry);
      server.put("TUNNEL_TUNNEL_LISTEN", "127.0.0.1:" + tunnel);
      server.put("TUNNEL_ADMIN_LISTEN", "127.0.0.1:0");
      running.add(service("tunnel-server", made.resolve("server.yaml"), server));
      Map<String, String> agent = new HashMap<>(environment);
      agent.put("TUNNEL_SERVERS", "localhost:" + tunnel);
      agent.put("TUNNEL_ADMIN", "off");
      running.add(service("tunnel-agent", made.resolve("agent.yaml"), agent));
      ManagedChannel channel =
          Grpc.newChannelBuilderForAddress(
                  "localhost",
                  entry,
                  TlsChannelCredentials.newBuilder()
                      .trustManager(made.resolve("tls/ca.crt").toFile())
                      .build())
              .build();
      byte[] message = "through both".getBytes(StandardCharsets.UTF_8);
      byte[] answer =
          ClientCalls.blockingUnaryCall(
              channel,
              ECHO,
              CallOptions.DEFAULT.withDeadlineAfter(BOUND.toSeconds(), TimeUnit.SECONDS),
              message);
      channel.shutdownNow();
      assertArrayEquals(message, answer);
      for (Process each : running) {
        each.destroy();
        assertTrue(each.waitFor(BOUND.toSeconds(), TimeUnit.SECONDS));
        assertEquals(0, each.exitValue());
      }
    } finally {
      running.forEach(Process::destroyForcibly);
      backend.shutdownNow();
    }
  }

  private static Process service(String program, Path config, Map<String, String> environment)
      throws IOException {
    Path output = temporary.resolve(program + ".out");
    Process process =
        Program.start(output, environment, line(program, "run", "-c", config.toString()));
    await()
        .atMost(BOUND)
        .until(
            () -> {
              assertTrue(process.isAlive(), () -> "it has ended: " + output);
              return Program.text(output).contains("ready ");
            });
    // It is the Java of the archive that runs.
    assertEquals(
        root.resolve("runtime/bin/java").toRealPath().toString(),
        process.info().command().orElseThrow());
    return process;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static ServerCall.Listener<byte[]> echo(ServerCall<byte[], byte[]> call, Metadata head) {
    call.request(2);
    return new ServerCall.Listener<>() {
      @Override
      public void onMessage(byte[] message) {
        call.sendHeaders(new Metadata());
        call.sendMessage(message);
      }

      @Override
      public void onHalfClose() {
        call.close(Status.OK, new Metadata());
      }
    };
  }
}
