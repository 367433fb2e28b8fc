package dev.adit.conformance.rules;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.adit.conformance.check.CallerKind;
import dev.adit.conformance.check.Eventually;
import dev.adit.conformance.peer.Answer;
import dev.adit.conformance.peer.Field;
import dev.adit.conformance.peer.RawBackend;
import dev.adit.conformance.peer.RawConnection;
import dev.adit.conformance.peer.RawStream;
import dev.adit.conformance.site.AgentPlan;
import dev.adit.conformance.site.LocalSite;
import dev.adit.conformance.site.SitePlan;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How often backends see a call, with a retry policy and without one. */
@Timeout(60)
final class RetryPolicyTest {
  private static final byte[] MESSAGE = {0, 0, 0, 0, 3, 'a', 'b', 'c'};
  private static final String RULES =
      """
      version: 1
      rules:
      - name: retried
        matches: [{service: shop.Cart}]
        to: shop
        retry: {maxAttempts: 3, initialBackoff: 10ms, maxBackoff: 20ms, retryableStatusCodes: [UNAVAILABLE]}
      - name: unknown
        matches: [{service: shop.Odd}]
        to: shop
        retry: {maxAttempts: 3, initialBackoff: 10ms, maxBackoff: 20ms, retryableStatusCodes: [UNKNOWN]}
      - {name: once, to: shop}
      """;

  private final List<String> seen = new CopyOnWriteArrayList<>();

  private void answer(RawStream stream, String status) throws IOException {
    List<Field> head = stream.nextHead();
    assertArrayEquals(MESSAGE, stream.nextData());
    seen.add(String.valueOf(Field.value(head, "grpc-previous-rpc-attempts")));
    stream.head(
        Field.list(":status", "200", "content-type", "application/grpc", "grpc-status", status),
        true);
  }

  private static LocalSite start(RawBackend backend) throws Exception {
    return LocalSite.start(SitePlan.of(RULES, AgentPlan.of("a", "shop", backend.hostAndPort())));
  }

  private static Answer call(RawConnection caller, String path) throws IOException {
    RawStream call = caller.open(CallerKind.GRPC.request(path), false);
    call.data(MESSAGE, true);
    return call.answer();
  }

  @Test
  void failuresOfThePolicyAreHiddenAndTheBackendIsToldOfThem() throws Exception {
    try (RawBackend backend =
            RawBackend.start(stream -> answer(stream, seen.size() < 2 ? "14" : "0"));
        LocalSite site = start(backend);
        RawConnection caller = RawConnection.dial(site.entry())) {
      assertEquals("0", call(caller, "/shop.Cart/Get").last("grpc-status"));
      assertEquals(List.of("null", "1", "2"), seen);
      Eventually.empty(site::leftovers);
    }
  }

  /** gRPC over HTTP/2, "Responses": a head that ends the response without a status is UNKNOWN. */
  @Test
  void headWithoutAStatusIsTriedAgainWhereUnknownIs() throws Exception {
    try (RawBackend backend =
            RawBackend.start(
                stream -> {
                  List<Field> head =
                      Field.list(":status", "200", "content-type", "application/grpc");
                  boolean again =
                      Field.value(stream.nextHead(), "grpc-previous-rpc-attempts") != null;
                  stream.head(again ? Field.with(head, "grpc-status", "0") : head, true);
                });
        LocalSite site = start(backend);
        RawConnection caller = RawConnection.dial(site.entry())) {
      assertEquals("0", call(caller, "/shop.Odd/Get").last("grpc-status"));
      assertEquals(2, backend.requests());
      Eventually.empty(site::leftovers);
    }
  }

  @Test
  void withoutAPolicyABackendSeesACallOnce() throws Exception {
    try (RawBackend backend = RawBackend.start(stream -> answer(stream, "14"));
        LocalSite site = start(backend);
        RawConnection caller = RawConnection.dial(site.entry())) {
      assertEquals("14", call(caller, "/shop.User/Get").last("grpc-status"));
      assertEquals(1, backend.requests());
      assertEquals("14", call(caller, "/shop.Cart/Get").last("grpc-status"));
      assertEquals(4, backend.requests());
    }
  }
}
