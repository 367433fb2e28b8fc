package dev.adit.core.call;

import io.netty.util.AsciiString;

/** The gRPC status codes. */
@SuppressWarnings("ImmutableEnumChecker") // an AsciiString that nobody writes to is immutable
public enum GrpcCode {
  OK(0),
  CANCELLED(1),
  UNKNOWN(2),
  INVALID_ARGUMENT(3),
  DEADLINE_EXCEEDED(4),
  NOT_FOUND(5),
  ALREADY_EXISTS(6),
  PERMISSION_DENIED(7),
  RESOURCE_EXHAUSTED(8),
  FAILED_PRECONDITION(9),
  ABORTED(10),
  OUT_OF_RANGE(11),
  UNIMPLEMENTED(12),
  INTERNAL(13),
  UNAVAILABLE(14),
  DATA_LOSS(15),
  UNAUTHENTICATED(16);

  private final int number;
  private final AsciiString text;

  GrpcCode(int number) {
    this.number = number;
    text = AsciiString.cached(Integer.toString(number));
  }

  /**
   * The code of a {@code grpc-status}; UNKNOWN for one that is none, as gRPC clients take it.
   *
   * @param status borrowed
   */
  public static GrpcCode ofStatus(AsciiString status) {
    for (GrpcCode code : values()) {
      if (code.text.contentEquals(status)) {
        return code;
      }
    }
    return UNKNOWN;
  }

  /** The number gRPC gives this code. */
  public int number() {
    return number;
  }

  /** The number as it stands in {@code grpc-status}. */
  public AsciiString text() {
    return text;
  }
}
