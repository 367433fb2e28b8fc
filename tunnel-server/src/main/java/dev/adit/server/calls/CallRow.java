package dev.adit.server.calls;

import dev.adit.core.call.CallHeaders;
import dev.adit.core.name.AgentId;
import dev.adit.core.name.GroupName;
import dev.adit.server.accesslog.CallRecord;
import dev.adit.server.policy.auth.CallerIdentity;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/**
 * A running call at one moment. What callers and agents have sent is as they sent it.
 *
 * @param number names the call, in this run of the server
 * @param path {@code /Service/Method} of a gRPC call
 * @param from the caller's address, without port
 * @param agent null: it is with none
 * @param backend empty: none has it, as far as is known
 * @param ageNanos since its head came
 */
public record CallRow(
    long number,
    AsciiString requestId,
    boolean grpc,
    AsciiString host,
    AsciiString path,
    @Nullable CallerIdentity caller,
    AsciiString from,
    AsciiString rule,
    @Nullable GroupName group,
    @Nullable AgentId agent,
    AsciiString upstream,
    AsciiString backend,
    int attempts,
    long requestBytes,
    long responseBytes,
    long ageNanos) {

  static CallRow of(RunningCall call, long nowNanos) {
    CallRecord record = call.record();
    CallHeaders request = record.request();
    AsciiString none = AsciiString.EMPTY_STRING;
    return new CallRow(
        call.number(),
        record.requestId(),
        request != null && request.isGrpc(),
        request == null ? none : request.authority(),
        request == null ? none : request.path(),
        record.caller(),
        record.from(),
        record.rule(),
        record.group(),
        record.agent(),
        record.upstream(),
        record.backend(),
        record.attempts(),
        record.requestBytes(),
        record.responseBytes(),
        nowNanos - record.begunNanos());
  }
}
