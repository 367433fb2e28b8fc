package dev.adit.server.accesslog;

import dev.adit.core.call.CallFailure;
import dev.adit.core.call.CallHeaders;
import dev.adit.core.call.GrpcCode;
import dev.adit.core.call.ResponseHead;
import dev.adit.core.name.AgentId;
import dev.adit.core.name.GroupName;
import dev.adit.server.policy.auth.CallerIdentity;
import io.netty.util.AsciiString;
import io.netty.util.concurrent.Ticker;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one call. Filled on the call's loop, then handed to the log and not changed any
 * more.
 */
public final class CallRecord {
  /** A moment that has not come. */
  static final long NEVER = Long.MIN_VALUE;

  /** Characters of one value that a line shows. */
  static final int MAX_SHOWN = 256;

  /** Whether a call is among those that are logged although nothing is wrong with them. */
  enum Sample {
    UNDECIDED,
    IN,
    OUT
  }

  private final Ticker ticker;
  final long begunNanos;
  private @Nullable CallHeaders request;

  /** Of the request's head, once it is detached. */
  String protocol = "";

  AsciiString method = AsciiString.EMPTY_STRING;
  AsciiString host = AsciiString.EMPTY_STRING;
  AsciiString path = AsciiString.EMPTY_STRING;
  AsciiString requestId = AsciiString.EMPTY_STRING;
  AsciiString from = AsciiString.EMPTY_STRING;
  AsciiString rule = AsciiString.EMPTY_STRING;
  private AsciiString ruleHost = AsciiString.EMPTY_STRING;
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
  long placedNanos = NEVER;
  private long lastPlacedNanos = NEVER;
  long acceptedNanos = NEVER;
  long headNanos = NEVER;

  /** When it ended, or when it was copied while it ran. */
  private long endedNanos = NEVER;

  private boolean runs = true;
  Sample sample = Sample.UNDECIDED;

  /**
   * A call that begins now.
   *
   * @param ticker of its loop
   */
  public CallRecord(Ticker ticker) {
    this.ticker = ticker;
    begunNanos = ticker.nanoTime();
  }

  /** A call that runs, as it is now. */
  private CallRecord(CallRecord running) {
    ticker = running.ticker;
    begunNanos = running.begunNanos;
    request = running.request;
    requestId = running.requestId;
    from = running.from;
    rule = running.rule;
    caller = running.caller;
    group = running.group;
    agent = running.agent;
    attempts = running.attempts;
    retries = running.retries;
    upstream = running.upstream;
    backend = running.backend;
    httpStatus = running.httpStatus;
    requestBytes = running.requestBytes;
    responseBytes = running.responseBytes;
    placedNanos = running.placedNanos;
    lastPlacedNanos = running.lastPlacedNanos;
    acceptedNanos = running.acceptedNanos;
    headNanos = running.headNanos;
    sample = running.sample;
    endedNanos = ticker.nanoTime();
  }

  CallRecord copy() {
    return new CallRecord(this);
  }

  /**
   * Lets go of the request's head, and of all text beyond what a line shows: what waits to be
   * written shall hold little, whatever callers send.
   */
  void detach() {
    CallHeaders head = request;
    request = null;
    if (head != null) {
      protocol = head.isGrpc() ? "grpc" : "http";
      method = cut(head.method());
      host = cut(head.authority());
      path = cut(head.path());
    }
    requestId = cut(requestId);
    upstream = cut(upstream);
    backend = cut(backend);
    grpcStatus = cut(grpcStatus);
  }

  /** One character more than is shown, which says that there were more. */
  private static AsciiString cut(AsciiString text) {
    return text.length() <= MAX_SHOWN ? text : text.subSequence(0, MAX_SHOWN + 1, true);
  }

  /** When it ended, or when it was copied while it ran. */
  long loggedNanos() {
    return endedNanos;
  }

  /** Whether it has ended; if not, its line says that it is open. */
  boolean hasEnded() {
    return !runs;
  }

  /** Whether something went wrong: these are logged whatever the sampling says. */
  boolean isFailure() {
    boolean grpc = request != null && request.isGrpc();
    return failure != null
        || (grpc ? !grpcStatus.contentEquals(GrpcCode.OK.text()) : httpStatus >= 400);
  }

  public void request(CallHeaders headers, AsciiString id) {
    request = headers;
    requestId = id;
  }

  /**
   * Where the call comes from.
   *
   * @param address the caller's, without port
   */
  public void from(AsciiString address) {
    from = address;
  }

  /**
   * The rule that takes the call.
   *
   * @param host the one of its hosts that the call fits; empty: it takes any
   */
  public void route(AsciiString ruleName, AsciiString host) {
    rule = ruleName;
    ruleHost = host;
  }

  /** The group that the call goes to. */
  public void group(GroupName groupName) {
    group = groupName;
  }

  /** Who makes the call; null: nobody knows. */
  public void caller(@Nullable CallerIdentity identity) {
    caller = identity;
  }

  public void placed(AgentId to, int attempt, long nowNanos) {
    agent = to;
    attempts = attempt;
    lastPlacedNanos = nowNanos;
    if (placedNanos == NEVER) {
      placedNanos = nowNanos;
    }
  }

  public void retried(int times) {
    retries = times;
  }

  public void accepted(AsciiString upstreamName, AsciiString backendAddress, long nowNanos) {
    upstream = upstreamName;
    backend = backendAddress;
    acceptedNanos = nowNanos;
  }

  public void head(ResponseHead head, long nowNanos) {
    if (!head.isInformational()) {
      httpStatus = head.status();
      headNanos = nowNanos;
    }
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
    runs = false;
  }

  /** What the caller is told of a failure of ours. */
  public void message(String text) {
    message = text;
  }

  /** What the caller was told of a failure of ours; empty if nothing. */
  public String message() {
    return message;
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

  public AsciiString requestId() {
    return requestId;
  }

  /** The address that the call comes from. */
  public AsciiString from() {
    return from;
  }

  public AsciiString rule() {
    return rule;
  }

  /**
   * The one of its rule's hosts that the call fits; empty: the rule takes any, or there is none.
   */
  public AsciiString ruleHost() {
    return ruleHost;
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

  /** Whether it was given to an agent. */
  public boolean isPlaced() {
    return placedNanos != NEVER;
  }

  /** When it was first given to an agent; of one that {@link #isPlaced}. */
  public long placedNanos() {
    return placedNanos;
  }

  /** When it was last given to an agent; of one that {@link #isPlaced}. */
  public long lastPlacedNanos() {
    return lastPlacedNanos;
  }

  /** Whether the agent that was given it last has a backend for it. */
  public boolean isAccepted() {
    return acceptedNanos != NEVER && acceptedNanos >= lastPlacedNanos;
  }

  /** When there was a backend for it; of one that {@link #isAccepted}. */
  public long acceptedNanos() {
    return acceptedNanos;
  }

  /** Whether its answer has begun. */
  public boolean isAnswered() {
    return headNanos != NEVER;
  }

  /** When its answer began; of one that {@link #isAnswered}. */
  public long answeredNanos() {
    return headNanos;
  }

  public long endedNanos() {
    return endedNanos;
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
