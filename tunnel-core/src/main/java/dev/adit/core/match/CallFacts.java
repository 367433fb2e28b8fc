package dev.adit.core.match;

import dev.adit.core.call.CallHeaders;
import dev.adit.core.call.HeaderFields;
import dev.adit.core.name.GroupName;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/**
 * What conditions look at.
 *
 * @param host lower case, without port
 * @param service null if the call is plain HTTP or its path has no two parts
 * @param path without the query
 * @param group null on the server, where it is yet to be chosen
 */
public record CallFacts(
    AsciiString host,
    @Nullable AsciiString service,
    @Nullable AsciiString method,
    AsciiString path,
    HeaderFields fields,
    @Nullable GroupName group) {

  /** The facts of a call. The result shares the bytes of the headers. */
  public static CallFacts of(CallHeaders headers, @Nullable GroupName group) {
    AsciiString path = withoutQuery(headers.path());
    AsciiString host = HostPattern.hostOf(headers.authority());
    int slash = headers.isGrpc() ? path.lastIndexOf("/") : -1;
    if (slash < 1) {
      return new CallFacts(host, null, null, path, headers.fields(), group);
    }
    AsciiString service = path.subSequence(1, slash, false);
    AsciiString method = path.subSequence(slash + 1, path.length(), false);
    return new CallFacts(host, service, method, path, headers.fields(), group);
  }

  /** The path up to its query; the same object if there is none. */
  public static AsciiString withoutQuery(AsciiString path) {
    int query = path.indexOf('?', 0);
    return query < 0 ? path : path.subSequence(0, query, false);
  }
}
