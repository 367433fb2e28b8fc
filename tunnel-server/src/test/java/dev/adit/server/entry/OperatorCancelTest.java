package dev.adit.server.entry;

import static dev.adit.server.entry.EntryBench.fields;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.call.CallFailure;
import dev.adit.core.call.CallReset;
import dev.adit.core.call.ResponseHead;
import dev.adit.server.calls.CallRow;
import dev.adit.testing.http2.Http2Script.Seen;
import dev.adit.testing.tunnel.TunnelPair;
import io.netty.handler.codec.http2.Http2Error;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A running call is seen, and ended, by somebody who is neither its caller nor its backend. */
final class OperatorCancelTest {
  private final EntryBench bench = new EntryBench();
  private final TunnelPair agent = bench.join("a", 10);

  OperatorCancelTest() throws IOException {}

  @AfterEach
  void nothingIsLeft() {
    bench.close();
  }

  private List<CallRow> rows() {
    CompletableFuture<List<CallRow>> rows = bench.running.rows(10, Runnable::run);
    bench.settle();
    return rows.join();
  }

  private boolean cancel(long number) {
    CompletableFuture<Boolean> cancelled = bench.running.cancel(number, Runnable::run);
    bench.settle();
    return cancelled.join();
  }

  @Test
  void runningCallIsSeenUntilItEnds() {
    bench.send(
        bench.grpc(1, false, "x-request-id", "mine"), bench.script().data(1, false, "12345"));
    CallRow row = rows().get(0);
    assertEquals("/shop.Cart/Add", row.path().toString());
    assertEquals("shop.example", row.host().toString());
    assertEquals("mine", row.requestId().toString());
    assertEquals("all", row.rule().toString());
    assertEquals("a", Objects.requireNonNull(row.agent()).value());
    assertEquals(5, row.requestBytes());
    EntryBench.call(agent)
        .response()
        .onHead(
            new ResponseHead(200, fields("content-type", "application/grpc", "grpc-status", "0")),
            true);
    bench.settle();
    assertEquals(List.of(), rows());
  }

  @Test
  void cancelIsToldToTheCallerAndTheBackendAndToNobodyElse() {
    bench.send(bench.grpc(1, false), bench.grpc(3, false));
    List<CallRow> rows = rows();
    assertEquals(2, rows.size());
    assertTrue(cancel(rows.get(1).number()));
    Seen answer = bench.all(3).get(0);
    assertEquals("1", answer.header("grpc-status"));
    assertEquals("cancelled-by-operator", answer.header("x-tunnel-reason"));
    assertTrue(answer.last());
    CallReset told = Objects.requireNonNull(EntryBench.call(agent).request().cancelled());
    assertEquals(CallFailure.CANCELLED_BY_OPERATOR, told.failure());
    assertEquals(Http2Error.CANCEL.code(), told.http2Code());
    assertEquals(List.of(), bench.all(1));
    assertEquals(List.of(rows.get(0).number()), rows().stream().map(CallRow::number).toList());
    assertFalse(cancel(rows.get(1).number()), "it does not run any more");
    assertFalse(cancel(-1));
  }

  @Test
  void cancelAfterTheHeadEndsWithTrailers() {
    bench.send(bench.grpc(1, true));
    EntryBench.call(agent)
        .response()
        .onHead(new ResponseHead(200, fields("content-type", "application/grpc")), false);
    bench.settle();
    assertTrue(cancel(rows().get(0).number()));
    Seen trailers = bench.all(1).get(1);
    assertEquals("1", trailers.header("grpc-status"));
    assertEquals("cancelled-by-operator", trailers.header("x-tunnel-reason"));
  }

  @Test
  void cancelResetsACallerThatDoesNotTakeItsBytes() {
    bench.send(bench.script().settings(EntryBench.initialWindow(), 10), bench.grpc(1, true));
    EntryBench.call(agent)
        .response()
        .onHead(new ResponseHead(200, fields("content-type", "application/grpc")), false);
    EntryBench.call(agent).response().onResponseChunk(agent.chunk(100), false);
    bench.settle();
    assertTrue(cancel(rows().get(0).number()));
    List<Seen> frames = bench.all(1);
    Seen last = frames.get(frames.size() - 1);
    assertEquals("reset", last.type());
    assertEquals(Http2Error.CANCEL.code(), last.number());
  }

  @Test
  void plainCallerIsToldToo() {
    bench.send(bench.http(1, "GET", true));
    assertTrue(cancel(rows().get(0).number()));
    Seen head = bench.all(1).get(0);
    assertEquals("503", head.header(":status"));
    assertEquals("cancelled-by-operator", head.header("x-tunnel-reason"));
  }
}
