package dev.adit.server.admin.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.admin.AdminPage;
import dev.adit.core.admin.AdminServer;
import dev.adit.core.admin.AdminSite;
import dev.adit.core.drain.Drain;
import dev.adit.server.registry.AgentRegistry;
import dev.adit.server.routing.Router;
import dev.adit.server.routing.RoutingTable;
import dev.adit.testing.http2.Http2Script;
import dev.adit.testing.logging.LoggedLines;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.channelz.v1.ChannelzGrpc;
import io.grpc.channelz.v1.GetServersRequest;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may ask what on an admin port with a token, and how its two protocols are told apart. */
final class AdminTokenTest {
  private static final String TOKEN = "let-me-in";
  private static final int SETTINGS = 4;
  private static final int PING = 6;
  private static final HealthCheckRequest GROUP =
      HealthCheckRequest.newBuilder().setService("group/g").build();

  private final AdminServer admin;
  private final ManagedChannel channel;

  AdminTokenTest() throws IOException {
    admin =
        AdminServer.start(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            () -> TOKEN,
            AdminSite.ofPages(Map.of("/healthz", () -> AdminPage.text(200, "ok\n"))),
            AdminGrpc.start(
                () -> TOKEN,
                new ServingStates(
                    new Drain(), new Router(RoutingTable.EMPTY), new AgentRegistry())));
    channel =
        NettyChannelBuilder.forAddress("127.0.0.1", admin.address().getPort())
            .usePlaintext()
            .build();
  }

  @AfterEach
  void stop() {
    channel.shutdownNow();
    admin.close();
  }

  /** It held descriptors and memory of the whole process before. */
  @Test
  void hostThatOpensConnectionsWithoutEndKeepsNobodyElseOut() throws IOException {
    InetAddress many = InetAddress.getByName("127.0.0.2");
    List<Socket> open = new ArrayList<>();
    try {
      for (int i = 0; i < 200; i++) {
        open.add(new Socket(admin.address().getAddress(), admin.address().getPort(), many, 0));
      }
      Socket last = new Socket(admin.address().getAddress(), admin.address().getPort(), many, 0);
      open.add(last);
      last.setSoTimeout(10_000);
      assertEquals(-1, last.getInputStream().read());
      assertEquals(
          ServingStatus.SERVING,
          HealthGrpc.newBlockingStub(channel)
              .check(HealthCheckRequest.getDefaultInstance())
              .getStatus());
    } finally {
      for (Socket each : open) {
        each.close();
      }
    }
  }

  /** From a stranger without the token; the last frame is the one too many. */
  @ParameterizedTest
  @CsvSource({
    "4, 20, limit settings passed",
    "6, 101, too_many_pings",
    "66, 101, limit unknownFrames passed"
  })
  void strangerWhoFloodsIsEnded(int type, int frames, String told) throws IOException {
    byte[] frame = Http2Script.frame(type, 0, 0, new byte[type == PING ? Long.BYTES : 0]);
    try (Socket stranger = new Socket(admin.address().getAddress(), admin.address().getPort())) {
      stranger.setSoTimeout(10_000);
      ByteArrayOutputStream flood = new ByteArrayOutputStream();
      flood.write(Http2Script.PREFACE.getBytes(StandardCharsets.US_ASCII));
      flood.write(Http2Script.frame(SETTINGS, 0, 0, new byte[0]));
      for (int i = 0; i < frames; i++) {
        flood.write(frame);
      }
      stranger.getOutputStream().write(flood.toByteArray());
      byte[] answer = stranger.getInputStream().readAllBytes();
      assertTrue(new String(answer, StandardCharsets.ISO_8859_1).endsWith(told));
    }
    howTheServerItselfIsMayEverybodyAsk();
  }

  private Channel with(String authorization) {
    Metadata metadata = new Metadata();
    metadata.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), authorization);
    return ClientInterceptors.intercept(
        channel, MetadataUtils.newAttachHeadersInterceptor(metadata));
  }

  private static void assertStatus(Status.Code code, Executable call) {
    StatusRuntimeException failure = assertThrows(StatusRuntimeException.class, call);
    assertEquals(code, failure.getStatus().getCode(), failure::toString);
  }

  @Test
  void howTheServerItselfIsMayEverybodyAsk() {
    assertEquals(
        ServingStatus.SERVING,
        HealthGrpc.newBlockingStub(channel)
            .check(HealthCheckRequest.getDefaultInstance())
            .getStatus());
    assertEquals(
        ServingStatus.SERVING,
        HealthGrpc.newBlockingStub(channel)
            .watch(HealthCheckRequest.getDefaultInstance())
            .next()
            .getStatus());
  }

  /** A probe every ten seconds would fill the log. */
  @Test
  void connectionIsNoLineOfTheLog() {
    try (LoggedLines lines = new LoggedLines("", Level.WARNING)) {
      howTheServerItselfIsMayEverybodyAsk();
      assertEquals(List.of(), lines.all());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Bearer other", "Basic let-me-in", "Bearer let-me-in ", TOKEN})
  void allElseWantsTheToken(String authorization) {
    Channel asked = authorization.isEmpty() ? channel : with(authorization);
    var health = HealthGrpc.newBlockingStub(asked);
    assertStatus(Status.Code.UNAUTHENTICATED, () -> health.check(GROUP));
    assertStatus(Status.Code.UNAUTHENTICATED, () -> health.watch(GROUP).next());
    assertStatus(
        Status.Code.UNAUTHENTICATED,
        () ->
            ChannelzGrpc.newBlockingStub(asked).getServers(GetServersRequest.getDefaultInstance()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"Bearer ", "bearer "})
  void withTheTokenAllIsAnswered(String scheme) {
    var health = HealthGrpc.newBlockingStub(with(scheme + TOKEN));
    assertStatus(Status.Code.NOT_FOUND, () -> health.check(GROUP));
    assertEquals(ServingStatus.SERVICE_UNKNOWN, health.watch(GROUP).next().getStatus());
    assertTrue(
        ChannelzGrpc.newBlockingStub(with(scheme + TOKEN))
                .getServers(GetServersRequest.getDefaultInstance())
                .getServerCount()
            > 0);
  }

  /** Each byte a packet of its own: P alone may become either. */
  @ParameterizedTest
  @ValueSource(strings = {"GET", "POST", "PUT", "PRIX", "PATCH"})
  void httpIsToldApartHoweverItsBytesCome(String method) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), admin.address().getPort())) {
      socket.setTcpNoDelay(true);
      String request =
          method + " /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
      for (byte each : request.getBytes(StandardCharsets.US_ASCII)) {
        socket.getOutputStream().write(each);
        socket.getOutputStream().flush();
      }
      InputStream answer = socket.getInputStream();
      String text = new String(answer.readAllBytes(), StandardCharsets.US_ASCII);
      String status = method.equals("GET") ? "HTTP/1.1 200" : "HTTP/1.1 405";
      assertTrue(text.startsWith(status), text);
    }
  }

  @Test
  void whoBeginsHttp2AndLeavesHarmsNobody() throws IOException {
    for (String begun :
        new String[] {"P", "PRI", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "PRI nonsense"}) {
      try (Socket socket =
          new Socket(InetAddress.getLoopbackAddress(), admin.address().getPort())) {
        socket.getOutputStream().write(begun.getBytes(StandardCharsets.US_ASCII));
        socket.shutdownOutput();
        socket.getInputStream().readAllBytes();
      }
    }
    howTheServerItselfIsMayEverybodyAsk();
  }
}
