package dev.adit.server.accesslog;

import dev.adit.core.call.CallFailure;
import dev.adit.core.call.CallHeaders;
import dev.adit.core.call.GrpcCode;
import dev.adit.core.call.ResponseHead;
import dev.adit.core.name.AgentId;
import dev.adit.core.name.GroupName;
import dev.adit.server.policy.auth.CallerIdentity;
import dev.adit.server.registry.AgentSession;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one call when it is over. Filled on the call's loop, then handed to the log and
 * not changed any more.
 */
public final class CallRecord {
  final long begunNanos;
  @Nullable CallHeaders request;
  AsciiString requestId = AsciiString.EMPTY_STRING;
  AsciiString rule = AsciiString.EMPTY_STRING;
  @Nullable CallerIdentity caller;
  @Nullable GroupName group;
  @Nullable AgentId agent;
  int attempts;
  int retries;
  AsciiString upstream = AsciiString.EMPTY_STRING;
  AsciiString backend = AsciiString.EMPTY_STRING;
  int httpStatus;
  AsciiString grpcStatus = AsciiString.EMPTY_STRING;
  @Nullable CallFailure failure;
  String message = "";
  long requestBytes;
  long responseBytes;
  long endedNanos;

  /**
   * A call that has just begun.
   *
   * @param begunNanos by the loop's ticker
   */
  public CallRecord(long begunNanos) {
    this.begunNanos = begunNanos;
  }

  public void request(CallHeaders headers, AsciiString id) {
    request = headers;
    requestId = id;
  }

  public void route(AsciiString ruleName, @Nullable GroupName groupName) {
    rule = ruleName;
    group = groupName;
  }

  /** Who makes the call; null: nobody knows. */
  public void caller(@Nullable CallerIdentity identity) {
    caller = identity;
  }

  public void placed(AgentSession session, int attempt) {
    agent = session.id();
    attempts = attempt;
  }

  public void retried(int times) {
    retries = times;
  }

  public void accepted(AsciiString upstreamName, AsciiString backendAddress) {
    upstream = upstreamName;
    backend = backendAddress;
  }

  public void head(ResponseHead head) {
    httpStatus = head.status();
  }

  /** The status in the backend's trailers; null where there is none. */
  public void status(@Nullable AsciiString status) {
    grpcStatus = status == null ? AsciiString.EMPTY_STRING : status;
  }

  public void failure(CallFailure reason, GrpcCode code, int status) {
    failure = reason;
    boolean grpc = request != null && request.isGrpc();
    if (grpc) {
      grpcStatus = code.text();
    }
    if (httpStatus == 0) {
      httpStatus = grpc ? 200 : status;
    }
  }

  /** The call is over. */
  public void end(long nowNanos) {
    endedNanos = nowNanos;
  }

  /** What the caller is told of a failure of ours. */
  public void message(String text) {
    message = text;
  }

  /** What the caller was told of a failure of ours; empty if nothing. */
  public String message() {
    return message;
  }

  public AsciiString requestId() {
    return requestId;
  }

  /** Who makes the call; null: nobody knows. */
  public @Nullable CallerIdentity caller() {
    return caller;
  }

  /** The agent that has the call, or had it last; null: none. */
  public @Nullable AgentId agent() {
    return agent;
  }

  /** The agent's upstream for it; empty: not known. */
  public AsciiString upstream() {
    return upstream;
  }

  /** The backend that has it; empty: not known. */
  public AsciiString backend() {
    return backend;
  }

  public @Nullable CallHeaders request() {
    return request;
  }

  public AsciiString rule() {
    return rule;
  }

  public @Nullable GroupName group() {
    return group;
  }

  /** How often the call was placed, retries included. */
  public int attempts() {
    return attempts;
  }

  /** How often the rule's retry policy tried it again. */
  public int retries() {
    return retries;
  }

  public int httpStatus() {
    return httpStatus;
  }

  public AsciiString grpcStatus() {
    return grpcStatus;
  }

  public @Nullable CallFailure failure() {
    return failure;
  }

  /** When the call began, by the loop's ticker. */
  public long begunNanos() {
    return begunNanos;
  }

  public long requestBytes() {
    return requestBytes;
  }

  public long responseBytes() {
    return responseBytes;
  }

  public long durationNanos() {
    return endedNanos - begunNanos;
  }

  /** Whether nobody knows the method that was called. */
  public boolean isUnknownMethod() {
    return grpcStatus.contentEquals(GrpcCode.UNIMPLEMENTED.text());
  }

  public void requestBytes(int bytes) {
    requestBytes += bytes;
  }

  public void responseBytes(int bytes) {
    responseBytes += bytes;
  }
}
