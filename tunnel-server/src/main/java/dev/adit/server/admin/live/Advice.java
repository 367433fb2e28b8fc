package dev.adit.server.admin.live;

import dev.adit.core.call.CallFailure;

/** What to do about each reason: the last column of the table in docs/errors.md, word for word. */
public final class Advice {
  private Advice() {}

  /** What to do about calls that a backend itself has refused. */
  static final String OF_BACKEND =
      "the backend itself answered so, and Adit passed it on unchanged: read the backend's log, by the request id";

  /** What to do about this failure. */
  public static String of(CallFailure failure) {
    return switch (failure) {
      case NO_RULE -> "tunnel-server rules explain says for each rule why it does not match";
      case NO_AGENT ->
          "look for the agent on the page or in tunnel-server status; its log says why it cannot connect";
      case AGENT_OVERLOADED ->
          "add an agent, or raise capacity in agent.yaml and tunnel.maxCallsPerAgent in server.yaml";
      case SERVER_OVERLOADED ->
          "raise -Xmx, or find in adit_promised_bytes and the access log which callers do not read";
      case RATE_LIMITED ->
          "wait as long as grpc-retry-pushback-ms says, or raise the limit; the message says which it is";
      case TUNNEL_LOST ->
          "retry if the method may run twice; look at the network between agent and server, or raise drain.grace";
      case NO_UPSTREAM -> "mend routes in agent.yaml, or the rule that sent the call to this group";
      case BACKEND_UNREACHABLE ->
          "start the backend, or mend it where its circuit is open or its health check fails; tunnel-agent status shows what is the matter with each";
      case BACKEND_NOT_ALLOWED ->
          "add the backends to allow in the agent's file, or take them out of the rule files; status names them";
      case BACKEND_RESET -> "read the backend's log";
      case BACKEND_HTTP ->
          "the upstream is perhaps no gRPC server, or a proxy in front of it answers";
      case DEADLINE ->
          "see what keeps the backend, or allow more time: the caller its deadline, the rule its timeout or, if the message says that nothing moved, its idleTimeout";
      case UNAUTHENTICATED ->
          "send authorization: Bearer and a fresh token; the message says what is wrong with it";
      case FORBIDDEN ->
          "put the hash of the token into the rule's auth, or ask the issuer for a token for this audience; let agents dial tunnel.listen";
      case DRAINING -> "nothing: gRPC clients retry by themselves on a new connection";
      case HEADER_TOO_LARGE -> "send less, or raise the limit";
      case MALFORMED -> "mend the client; the message says what is wrong";
      case CANCELLED -> "nothing: it tells the access log that the caller left";
      case CANCELLED_BY_OPERATOR ->
          "nothing, if you meant it: somebody has cancelled the call on the web page or by POST /calls/cancel, and the log says when";
    };
  }
}
