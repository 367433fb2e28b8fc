package dev.adit.server.metrics;

import dev.adit.core.call.CallHeaders;
import dev.adit.core.name.GroupName;
import dev.adit.server.accesslog.CallRecord;
import io.netty.util.AsciiString;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What calls are told apart by.
 *
 * @param host the one of the rule's hosts that they fit; empty if it takes any
 * @param path {@code /service/method} of a gRPC call; empty for any other
 */
record CallKey(AsciiString rule, @Nullable GroupName group, AsciiString host, AsciiString path) {
  private static final AsciiString OTHER_NAME = AsciiString.cached("other");

  private static final AsciiString OTHER_METHOD = AsciiString.cached("/other/other");

  /** A path beyond is no method that anybody wrote, and each series shows it thirty times. */
  static final int MAX_PATH = 256;

  /** Stands for all calls beyond the limit. */
  static final CallKey OTHER =
      new CallKey(OTHER_NAME, null, AsciiString.EMPTY_STRING, AsciiString.EMPTY_STRING);

  /** The key of a call, by what is known of it. */
  static CallKey of(CallRecord record) {
    return new CallKey(record.rule(), record.group(), record.ruleHost(), path(record));
  }

  private static AsciiString path(CallRecord record) {
    CallHeaders request = record.request();
    boolean named =
        request != null && request.isGrpc() && !record.rule().isEmpty() && isMethod(request.path());
    return named && request != null ? request.path() : AsciiString.EMPTY_STRING;
  }

  /** Whether it is the key of a call. */
  boolean isOf(CallRecord record) {
    return path.equals(path(record))
        && rule.equals(record.rule())
        && host.equals(record.ruleHost())
        && Objects.equals(group, record.group());
  }

  /** A number that is the same for calls of one key; fast, and good enough for a few keys. */
  static int hash(CallRecord record) {
    return 31 * record.rule().hashCode() + path(record).hashCode();
  }

  /**
   * Whether a path goes into labels of its own. Not where these would be those of all the others:
   * two series of the same labels are none, nor is anything else that is shown with them.
   */
  private static boolean isMethod(AsciiString path) {
    return path.length() <= MAX_PATH && path.lastIndexOf("/") >= 1 && !path.equals(OTHER_METHOD);
  }

  boolean isNamed() {
    return !path.isEmpty();
  }

  /** The same rule, group and host, whatever the method. */
  CallKey unnamed() {
    return new CallKey(rule, group, host, AsciiString.EMPTY_STRING);
  }

  String groupText() {
    return group == null ? "" : group.value();
  }

  /** The service as it goes into a label. */
  String service() {
    String text = path.toString();
    int slash = text.lastIndexOf('/');
    return slash < 1 ? OTHER_NAME.toString() : text.substring(1, slash);
  }

  String method() {
    String text = path.toString();
    int slash = text.lastIndexOf('/');
    return slash < 1 ? OTHER_NAME.toString() : text.substring(slash + 1);
  }
}
