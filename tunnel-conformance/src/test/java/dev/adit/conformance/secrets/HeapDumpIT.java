package dev.adit.conformance.secrets;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.conformance.check.Eventually;
import dev.adit.conformance.peer.RawBackend;
import dev.adit.conformance.peer.RawBackend.Script;
import dev.adit.core.tls.CertificateAuthority;
import dev.adit.core.tls.PemFiles;
import dev.adit.core.tls.TlsIdentity;
import dev.adit.core.token.Token;
import dev.adit.demo.process.ChildCommand;
import dev.adit.demo.process.ChildProcess;
import dev.adit.demo.process.Children;
import dev.adit.demo.process.ReadyLine;
import dev.adit.server.setup.NewSetup;
import dev.adit.testing.grpc.Bytes;
import io.grpc.CallOptions;
import io.grpc.ClientInterceptors;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.TlsChannelCredentials;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.interfaces.ECPrivateKey;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a server and an agent hold of tokens and keys once they have used them. */
@Timeout(180)
final class HeapDumpIT {
  private static final Duration START = Duration.ofSeconds(60);
  private static final int CALLS = 20;
  private static final int SCALAR_BYTES = 32;
  private static final int MOST_TUNNELS = 16;
  private static final int FEW = 4;
  private static final MethodDescriptor<byte[], byte[]> METHOD =
      MethodDescriptor.<byte[], byte[]>newBuilder(new Bytes(), new Bytes())
          .setFullMethodName("shop.Cart/Get")
          .setType(MethodDescriptor.MethodType.UNARY)
          .build();

  @TempDir Path temporary;

  private final Children children = new Children(Duration.ofSeconds(10));
  private final Token caller = Token.newToken();

  @AfterEach
  void stop() {
    children.close();
  }

  private void setUp(String backend) throws IOException {
    new NewSetup(temporary.resolve("adit"), List.of("localhost"), "agent-1", "default", backend)
        .write();
    edit("server.yaml", "(0\\.0\\.0\\.0|127\\.0\\.0\\.1):80\\d\\d", "127.0.0.1:0");
    edit("server.yaml", "(?s)(tunnel:.*?server.key)\\}", "$1, clientCa: tls/ca.crt}");
    Files.writeString(
        file("rules/rules.yaml"),
        "version: 1\nrules:\n- {name: all, to: default, auth: {bearer: [{sha256: "
            + caller.hash().hex()
            + "}]}}\n");
    TlsIdentity own =
        CertificateAuthority.read(file("tls/ca.crt"), file("tls/ca.key"))
            .issue(List.of("agent-1"), Duration.ofDays(1));
    Files.writeString(file("tls/agent.crt"), CertificateAuthority.pem(own.chain()));
    Files.writeString(file("tls/agent.key"), CertificateAuthority.pem(own.key()));
    edit(
        "agent.yaml",
        "tls: \\{.*",
        "tls: {ca: tls/ca.crt, cert: tls/agent.crt, key: tls/agent.key}\nadmin: off");
  }

  private Path file(String name) {
    return temporary.resolve("adit").resolve(name);
  }

  private void edit(String name, String regex, String replacement) throws IOException {
    Files.writeString(file(name), Files.readString(file(name)).replaceAll(regex, replacement));
  }

  private ChildProcess start(String program) throws IOException {
    return children.start(
        ChildCommand.java(
            program,
            temporary,
            List.of(
                "-XX:+UseSerialGC",
                "-Xmx192m",
                "-jar",
                System.getProperty(program + ".jar"),
                "run",
                "-c",
                file(program + ".yaml").toString())));
  }

  private static int port(ReadyLine ready, String listener) {
    String address = ready.field(listener);
    return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
  }

  private void call(int port) throws IOException, InterruptedException {
    Metadata metadata = new Metadata();
    metadata.put(
        Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER),
        "Bearer " + caller.secret());
    ManagedChannel channel =
        Grpc.newChannelBuilderForAddress(
                "localhost",
                port,
                TlsChannelCredentials.newBuilder()
                    .trustManager(file("tls/ca.crt").toFile())
                    .build())
            .build();
    try {
      for (int i = 0; i < CALLS; i++) {
        ClientCalls.blockingUnaryCall(
            ClientInterceptors.intercept(
                channel, MetadataUtils.newAttachHeadersInterceptor(metadata)),
            METHOD,
            CallOptions.DEFAULT.withDeadlineAfter(20, TimeUnit.SECONDS),
            new byte[0]);
      }
    } finally {
      channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
    }
  }

  /** A key as its file has it. */
  private Map<String, byte[]> pem(String name) throws IOException {
    Map<String, byte[]> lines = new LinkedHashMap<>();
    for (String line : Files.readAllLines(file(name))) {
      if (!line.startsWith("-----")) {
        lines.put("a line of " + name + ", " + lines.size(), line.getBytes(US_ASCII));
      }
    }
    assertEquals(2, lines.size());
    return lines;
  }

  /** The number that a key is. */
  private byte[] number(String name) throws IOException {
    byte[] number = ((ECPrivateKey) PemFiles.key(file(name))).getS().toByteArray();
    byte[] scalar = new byte[SCALAR_BYTES];
    int length = Math.min(number.length, SCALAR_BYTES);
    System.arraycopy(number, number.length - length, scalar, SCALAR_BYTES - length, length);
    return scalar;
  }

  /** A key in each form that somebody could look for. */
  private Map<String, byte[]> key(String name) throws IOException {
    Map<String, byte[]> forms = pem(name);
    byte[] scalar = number(name);
    forms.put("a number", scalar);
    byte[] reversed = new byte[SCALAR_BYTES];
    for (int i = 0; i < SCALAR_BYTES; i++) {
      reversed[i] = scalar[SCALAR_BYTES - 1 - i];
    }
    forms.put("a number from behind", reversed);
    return forms;
  }

  @Test
  void tokensAndKeysAreHeldByNobodyWhoNeedsThemNoMore() throws Exception {
    try (RawBackend backend = RawBackend.start(Script.answer(5))) {
      setUp(backend.hostAndPort());
      ChildProcess server = start("server");
      ReadyLine ready = server.awaitReady(START);
      edit("agent.yaml", "localhost:8003", "localhost:" + port(ready, "tunnel"));
      ChildProcess agent = start("agent");
      agent.awaitReady(START);
      call(port(ready, "entry"));
      String token = Files.readString(file("secrets/agent.token")).strip();

      HeapDump ofServer = HeapDump.of(server, temporary);
      assertHoldsNone(ofServer, key("tls/ca.key"), key("tls/agent.key"), pem("tls/server.key"));
      HeapDump ofAgent = HeapDump.of(agent, temporary);
      assertHoldsNone(ofAgent, key("tls/ca.key"), key("tls/server.key"), pem("tls/agent.key"));
      // The dump shows what there is: a key in use has to be there.
      assertTrue(ofAgent.count(number("tls/agent.key")) > 0);

      // HPACK's table of each connection that brought it, and buffers that are used again.
      assertTrue(ofServer.count(token) <= MOST_TUNNELS, "an agent's token is kept");
      assertTrue(ofServer.count(caller.secret()) <= FEW, "a caller's token is kept for each call");
      assertTrue(ofAgent.count(caller.secret()) <= FEW, "a caller's token is kept for each call");

      agent.terminate();
      assertEquals(0, agent.awaitEnd(START));
      Eventually.holds(
          "the server has forgotten the token of the agent that has gone",
          START,
          () -> HeapDump.of(server, temporary).count(token) == 0);
    }
  }

  @SafeVarargs
  private static void assertHoldsNone(HeapDump dump, Map<String, byte[]>... secrets) {
    for (Map<String, byte[]> forms : secrets) {
      forms.forEach((form, bytes) -> assertEquals(0, dump.count(bytes), form));
    }
  }
}
