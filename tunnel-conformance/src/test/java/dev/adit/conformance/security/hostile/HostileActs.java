package dev.adit.conformance.security.hostile;

import static dev.adit.conformance.security.hostile.HostileServer.bytes;
import static dev.adit.conformance.security.hostile.HostileServer.head;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.adit.conformance.security.hostile.HostileServer.Visit;
import dev.adit.proto.v1.ConfigSync;
import dev.adit.proto.v1.Drain;
import dev.adit.proto.v1.Frame;
import dev.adit.proto.v1.Hello;
import dev.adit.proto.v1.Refusal;
import dev.adit.proto.v1.RequestHead;
import dev.adit.proto.v1.Reset;
import dev.adit.proto.v1.ResponseHead;
import dev.adit.proto.v1.Trailers;
import dev.adit.proto.v1.Welcome;
import io.grpc.Status;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.ReentrantLock;

/** What hostile servers try, by name; each on a port of its own. */
final class HostileActs {
  /** What no line of an agent's log may begin with. */
  static final String FORGED = "FORGED";

  private static final String FORGERY = "x\r\n" + FORGED + " \u001b[31m\u202e";
  private static final int LARGEST_CHUNK = 16 * 1024;
  private static final int HUGE = 2 << 20;

  private HostileActs() {}

  /** Acts that the agent must answer by ending the tunnel, and by dialling again. */
  static Map<String, HostileServer.Script> thatEndTunnels() {
    Map<String, HostileServer.Script> acts = new LinkedHashMap<>();
    afterWelcome(acts, "data-for-unknown-call", frame(7).setData(bytes("x")));
    afterWelcome(acts, "response-from-a-server", frame(1).setResponseHead(response()));
    afterWelcome(acts, "trailers-for-unknown-call", frame(9).setTrailers(Trailers.newBuilder()));
    afterWelcome(acts, "reset-of-a-call-of-nobody", frame(2).setReset(Reset.newBuilder()));
    afterWelcome(acts, "call-with-an-agents-id", frame(2).setRequestHead(head()));
    afterWelcome(
        acts, "ids-that-fall", frame(5).setRequestHead(head()), frame(3).setRequestHead(head()));
    afterWelcome(
        acts, "same-id-twice", frame(5).setRequestHead(head()), frame(5).setRequestHead(head()));
    afterWelcome(acts, "head-without-window", frame(1).setRequestHead(head().setWindow(0)));
    afterWelcome(acts, "field-without-name", frame(1).setRequestHead(head("", "x")));
    afterWelcome(
        acts,
        "data-beyond-credit",
        frame(1).setRequestHead(head()),
        frame(1).setData(bytes("x".repeat(1025))));
    afterWelcome(
        acts,
        "chunk-too-large",
        frame(1).setRequestHead(head()),
        frame(1).setData(ByteString.copyFrom(new byte[LARGEST_CHUNK + 1])));
    afterWelcome(
        acts,
        "credit-beyond-all-numbers",
        frame(1).setRequestHead(head()),
        frame(1).setCredit(Integer.MAX_VALUE),
        frame(1).setCredit(Integer.MAX_VALUE));
    afterWelcome(acts, "second-welcome", frame(0).setWelcome(Welcome.newBuilder()));
    afterWelcome(acts, "hello-from-a-server", frame(0).setHello(Hello.newBuilder()));
    afterWelcome(acts, "refusal-after-welcome", frame(0).setRefusal(Refusal.newBuilder()));
    afterWelcome(
        acts,
        "configuration-for-another-group",
        frame(0).setConfigSync(ConfigSync.newBuilder().setGroup("bank").setRevision("1")));
    afterWelcome(
        acts,
        "configuration-with-a-long-revision",
        frame(0)
            .setConfigSync(ConfigSync.newBuilder().setGroup("shop").setRevision("r".repeat(65))));
    raw(acts);
    greetings(acts);
    return acts;
  }

  private static void raw(Map<String, HostileServer.Script> acts) {
    acts.put(
        "bytes-that-are-no-message",
        visit -> {
          visit.send(welcome());
          visit.sendRaw(new byte[] {0x0a, 0x7f, 1, 2, 3});
          visit.awaitEnd();
        });
    acts.put(
        "message-too-large",
        visit -> {
          visit.send(welcome());
          visit.sendRaw(new byte[5 << 20]);
          visit.awaitEnd();
        });
    acts.put(
        "status-with-a-forged-line",
        visit -> {
          visit.send(welcome());
          visit.end(Status.INTERNAL.withDescription(FORGERY));
          visit.awaitEnd();
        });
  }

  private static void greetings(Map<String, HostileServer.Script> acts) {
    first(acts, "welcome-with-forged-groups", welcomed().addGroups(FORGERY));
    first(acts, "welcome-with-forged-id", welcomed().setServerId(FORGERY));
    first(acts, "welcome-without-id", welcomed().setServerId(""));
    first(acts, "welcome-without-window", welcomed().setInitialWindow(0));
    first(acts, "welcome-with-a-negative-window", welcomed().setInitialWindow(-1));
    first(acts, "welcome-with-a-heartbeat-each-ms", welcomed().setHeartbeatMs(1));
    first(acts, "welcome-that-is-dead-at-once", welcomed().setDeadAfterMs(1));
    acts.put(
        "welcome-with-too-many-groups",
        visit -> {
          Welcome.Builder welcome = welcomed();
          for (int i = 0; i < 100_000; i++) {
            welcome.addGroups("g" + i);
          }
          visit.send(frame(0).setWelcome(welcome));
          visit.awaitEnd();
        });
    acts.put(
        "call-before-welcome",
        visit -> {
          visit.send(frame(1).setRequestHead(head()));
          visit.send(welcome());
          visit.awaitEnd();
        });
    acts.put(
        "refusal-then-welcome-and-call",
        visit -> {
          visit.send(
              frame(0)
                  .setRefusal(Refusal.newBuilder().setReason("overloaded").setMessage(FORGERY)));
          visit.send(welcome(), frame(1).setRequestHead(head()));
          visit.end(Status.UNAVAILABLE.withDescription(FORGERY));
          visit.awaitEnd();
        });
    acts.put("nothing-at-all", Visit::awaitEnd);
  }

  /** Servers that would have the agent dial them without a pause. */
  static Map<String, HostileServer.Script> thatAskForDials() {
    Map<String, HostileServer.Script> acts = new LinkedHashMap<>();
    acts.put(
        "renewal-at-once",
        visit -> visit.send(welcome(), frame(0).setDrain(Drain.newBuilder().setReason("renewal"))));
    acts.put(
        "going-away-at-once",
        visit ->
            visit.send(
                welcome(),
                frame(0)
                    .setDrain(Drain.newBuilder().setReason("going-away").setReconnectAfterMs(1))));
    acts.put(
        "end-at-once",
        visit -> {
          visit.send(welcome());
          visit.end(Status.UNAVAILABLE);
        });
    acts.put(
        "retry-after-a-millisecond",
        visit -> {
          visit.send(frame(0).setRefusal(Refusal.newBuilder().setRetryAfterMs(1)));
          visit.end(Status.UNAVAILABLE);
        });
    acts.put(
        "loops-without-number",
        visit -> visit.send(frame(0).setWelcome(welcomed().setLoops(Integer.MAX_VALUE))));
    acts.put(
        "a-new-tunnel-each-millisecond",
        visit -> visit.send(frame(0).setWelcome(welcomed().setRenewAfterMs(1))));
    acts.put(
        "superseded",
        visit ->
            visit.send(
                welcome(),
                frame(0).setDrain(Drain.newBuilder().setReason("superseded").setOther(FORGERY))));
    return acts;
  }

  /** Hands out what the agent's own file does not allow, each document to be refused. */
  static HostileServer.Script configuration(List<String> documents) {
    ReentrantLock session = new ReentrantLock();
    return visit -> {
      visit.send(welcome());
      // One tunnel of the agent's two: a document that overtakes one unread takes its place.
      session.lockInterruptibly();
      try {
        for (int i = 0; i < documents.size(); i++) {
          handOut(visit, Integer.toString(i), documents.get(i));
        }
      } finally {
        session.unlock();
      }
    };
  }

  private static void handOut(Visit visit, String revision, String document)
      throws InterruptedException {
    visit.send(
        frame(0)
            .setConfigSync(
                ConfigSync.newBuilder()
                    .setGroup("shop")
                    .setRevision(revision)
                    .setDocument(document)));
    Frame answer =
        visit.next(
            "answer to " + document,
            frame ->
                frame.hasConfigResult() && frame.getConfigResult().getRevision().equals(revision));
    assertFalse(answer.getConfigResult().getAccepted(), document);
  }

  /** Opens calls that may not be written to a backend, each to be refused; then one that may. */
  static HostileServer.Script heads(List<RequestHead.Builder> malformed, CountDownLatch again) {
    return visit -> {
      visit.send(welcome());
      long id = 1;
      for (RequestHead.Builder each : malformed) {
        visit.send(frame(id).setRequestHead(each).setLastChunk(true));
        long open = id;
        String head = "head with id " + id;
        Frame reset = visit.next("end of " + head, frame -> frame.getRequestId() == open);
        assertTrue(reset.hasReset(), () -> "not refused: " + head);
        assertEquals("malformed", reset.getReset().getReason());
        assertFalse(reset.getReset().getProcessed());
        id += 2;
      }
      sound(visit, id);
      again.await();
      sound(visit, id + 2);
    };
  }

  /** Means well: carries a call. */
  static void welcomeAndCall(Visit visit) throws InterruptedException {
    visit.send(welcome());
    sound(visit, 1);
  }

  /** Carries a call: what the server says of the scheme does not count. */
  private static void sound(Visit visit, long id) throws InterruptedException {
    visit.send(
        frame(id).setRequestHead(head("te", "trailers").setScheme(bytes("file\r\n"))),
        frame(id).setData(bytes("\0\0\0\0\0")).setLastChunk(true));
    visit.next(
        "answer from the backend", frame -> frame.getRequestId() == id && frame.hasTrailers());
  }

  /** What a server may not have the agent write. */
  static List<RequestHead.Builder> malformedHeads() {
    return List.of(
        head("Upper", "x"),
        head("with space", "x"),
        head(":path", "/other"),
        head(":authority", "other"),
        head(":protocol", "websocket"),
        head("new\nline", "x"),
        head("nul\0", "x"),
        head("a:b", "x"),
        head("caf\u00e9", "x"),
        head("x-a", "a\r\nx-b: c"),
        head("x-a", "a\n"),
        head("x-a", "\r"),
        head("x-a", "a\0b"),
        head("connection", "close"),
        head("keep-alive", "1"),
        head("proxy-connection", "x"),
        head("transfer-encoding", "chunked"),
        head("upgrade", "h2c"),
        head("te", "gzip"),
        head("host", "other.example"),
        head("grpc-timeout", "1S"),
        head("content-length", "5", "content-length", "5"),
        head("content-length", "-5"),
        head("content-length", "5, 6"),
        head("content-length", ""),
        head("x-large", "x".repeat(HUGE)),
        head().setPath(ByteString.EMPTY),
        head().setPath(bytes("shop.Cart/Get")),
        head().setPath(bytes("http://169.254.169.254/")),
        head().setPath(bytes("*")),
        head().setPath(bytes("/a b")),
        head().setPath(bytes("/a\r\nx-b: c")),
        head().setPath(bytes("/a\0")),
        head().setPath(bytes("/a#b")),
        head().setMethod(ByteString.EMPTY),
        head().setMethod(bytes("GE T")),
        head().setMethod(bytes("POST\r\n")),
        head().setAuthority(bytes("a b")),
        head().setAuthority(bytes("user@host")),
        head().setAuthority(bytes("a\r\nx-b: c")),
        head().setAuthority(bytes("host/path")),
        head().setAuthority(bytes("a\0")));
  }

  private static void afterWelcome(
      Map<String, HostileServer.Script> acts, String name, Frame.Builder... frames) {
    acts.put(
        name,
        visit -> {
          visit.send(welcome());
          visit.send(frames);
          visit.awaitEnd();
        });
  }

  private static void first(
      Map<String, HostileServer.Script> acts, String name, Welcome.Builder welcome) {
    acts.put(
        name,
        visit -> {
          visit.send(frame(0).setWelcome(welcome), frame(1).setRequestHead(head()));
          visit.awaitEnd();
        });
  }

  private static ResponseHead.Builder response() {
    return ResponseHead.newBuilder().setStatus(200);
  }

  private static Frame.Builder frame(long id) {
    return Frame.newBuilder().setRequestId(id);
  }

  private static Frame.Builder welcome() {
    return frame(0).setWelcome(welcomed());
  }

  private static Welcome.Builder welcomed() {
    return HostileServer.welcome();
  }

  /** A server for each act. */
  static void start(Map<String, HostileServer.Script> acts, List<HostileServer> into)
      throws IOException {
    for (Map.Entry<String, HostileServer.Script> act : acts.entrySet()) {
      into.add(new HostileServer(act.getKey(), act.getValue()));
    }
  }
}
