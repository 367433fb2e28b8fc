package dev.adit.server.calls;

import dev.adit.core.call.CallFailure;
import dev.adit.core.call.CallHeaders;
import dev.adit.core.call.GrpcCode;
import dev.adit.core.name.AgentId;
import dev.adit.core.name.GroupName;
import dev.adit.server.accesslog.CallRecord;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/**
 * What failed calls are told apart by.
 *
 * @param failure why Adit ended it; null: the backend answered so
 * @param status the gRPC status, or {@code HTTP} and the status of a plain HTTP call
 */
public record FailureKey(
    @Nullable CallFailure failure,
    String status,
    AsciiString rule,
    @Nullable GroupName group,
    @Nullable AgentId agent) {
  private static final AsciiString OTHER = AsciiString.cached("other");
  private static final int HTTP_FAULT = 500;

  /** Of a call that has ended; null if it has not failed. */
  static @Nullable FailureKey of(CallRecord record) {
    @Nullable String status = status(record);
    if (status == null) {
      return null;
    }
    return new FailureKey(record.failure(), status, record.rule(), record.group(), record.agent());
  }

  private static @Nullable String status(CallRecord record) {
    CallHeaders request = record.request();
    if (request != null && request.isGrpc()) {
      boolean good = record.grpcStatus().contentEquals(GrpcCode.OK.text());
      return good ? null : GrpcCode.ofStatus(record.grpcStatus()).name();
    }
    boolean good = record.failure() == null && record.httpStatus() < HTTP_FAULT;
    return good ? null : "HTTP " + record.httpStatus();
  }

  /** The same wherever it happened. */
  FailureKey anywhere() {
    return new FailureKey(failure, status, OTHER, null, null);
  }

  /** Whether nobody is to blame: the call was taken back. */
  public boolean isTakenBack() {
    return failure == CallFailure.CANCELLED || failure == CallFailure.CANCELLED_BY_OPERATOR;
  }
}
