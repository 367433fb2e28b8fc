package dev.adit.conformance.check;

import dev.adit.conformance.peer.Answer;
import dev.adit.conformance.peer.Field;
import java.util.List;

/** The two kinds of callers that the error table has a column for. */
public enum CallerKind {
  GRPC {
    @Override
    public List<Field> request(String path, String... more) {
      return Field.with(
          Field.list(
              ":method",
              "POST",
              ":scheme",
              "http",
              ":path",
              path,
              ":authority",
              "test.example",
              "content-type",
              "application/grpc",
              "te",
              "trailers"),
          more);
    }
  },
  HTTP {
    @Override
    public List<Field> request(String path, String... more) {
      return Field.with(
          Field.list(
              ":method", "GET", ":scheme", "http", ":path", path, ":authority", "test.example"),
          more);
    }
  };

  /** A request of this kind of caller, with fields of the test's own at its end. */
  public abstract List<Field> request(String path, String... more);

  /**
   * Checks a failure of ours before any response head.
   *
   * @param grpcStatus what a gRPC caller is told
   * @param httpStatus what others are told
   */
  public void assertFailed(Answer answer, String reason, int grpcStatus, int httpStatus) {
    String context = this + " caller got " + answer;
    Expect.equal(null, answer.reset(), "reset: " + context);
    Expect.equal(reason, answer.last("x-tunnel-reason"), "reason: " + context);
    String requestId = answer.last("x-request-id");
    Expect.that(requestId != null && !requestId.isEmpty(), "x-request-id: " + context);
    if (this == GRPC) {
      Expect.equal("200", answer.status(), "status: " + context);
      Expect.equal(
          Integer.toString(grpcStatus), answer.last("grpc-status"), "grpc-status: " + context);
      Expect.that(answer.headWasLast(), "Trailers-Only: " + context);
      Expect.that(answer.last("grpc-message") != null, "grpc-message: " + context);
      Expect.equal("application/grpc", answer.last("content-type"), "content-type: " + context);
    } else {
      Expect.equal(Integer.toString(httpStatus), answer.status(), "status: " + context);
      Expect.equal(null, answer.last("grpc-status"), "grpc-status: " + context);
      Expect.that(answer.text().contains(reason), "text body: " + context);
    }
  }
}
