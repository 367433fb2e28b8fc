package dev.adit.core.match.table;

import dev.adit.core.call.CallHeaders;
import dev.adit.core.call.CallProtocol;
import dev.adit.core.call.HeaderFields;
import dev.adit.core.match.CallFacts;
import dev.adit.core.name.GroupName;
import io.netty.util.AsciiString;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * All that a decision can depend on: protocol, authority, path without query, group, and the
 * headers that some match looks at. A thread fills one and the same key for every look-up and
 * copies it only to store it. A stored key never changes.
 */
final class DecisionKey implements Comparable<DecisionKey> {

  private static final AsciiString[] NO_HEADERS = {};

  private CallProtocol protocol = CallProtocol.HTTP;
  private AsciiString authority = AsciiString.EMPTY_STRING;
  private AsciiString path = AsciiString.EMPTY_STRING;
  private @Nullable GroupName group;

  /** Name, value, name, value, ... */
  private AsciiString[] headers = NO_HEADERS;

  private int headersLength;
  private int hash;

  /** Takes what this call's decision depends on; borrows the bytes of the headers. */
  void fill(CallHeaders call, @Nullable GroupName chosen, AsciiString[] names) {
    protocol = call.protocol();
    authority = call.authority();
    path = CallFacts.withoutQuery(call.path());
    group = chosen;
    headersLength = 0;
    if (names.length > 0) {
      collect(call.fields(), names);
    }
    hash = computeHash();
  }

  private void collect(HeaderFields fields, AsciiString[] names) {
    for (int i = 0; i < fields.size(); i++) {
      AsciiString name = fields.name(i);
      for (AsciiString known : names) {
        if (name.length() == known.length() && name.equals(known)) {
          append(known, fields.value(i));
          break;
        }
      }
    }
  }

  private void append(AsciiString name, AsciiString value) {
    if (headersLength == headers.length) {
      headers = Arrays.copyOf(headers, Math.max(8, 2 * headersLength));
    }
    headers[headersLength++] = name;
    headers[headersLength++] = value;
  }

  private int computeHash() {
    int h = 31 * authority.hashCode() + path.hashCode();
    h = 31 * h + (group == null ? 0 : group.hashCode());
    for (int i = 0; i < headersLength; i++) {
      h = 31 * h + headers[i].hashCode();
    }
    return 2 * h + (protocol == CallProtocol.GRPC ? 1 : 0);
  }

  /** Bytes of text this key keeps alive when it is stored. */
  int bytes() {
    int bytes = authority.length() + path.length();
    for (int i = 1; i < headersLength; i += 2) {
      bytes += headers[i].length();
    }
    return bytes;
  }

  /** A key that owns its bytes. */
  DecisionKey copy() {
    DecisionKey copy = new DecisionKey();
    copy.protocol = protocol;
    copy.authority = owned(authority);
    copy.path = owned(path);
    copy.group = group;
    copy.headers = new AsciiString[headersLength];
    for (int i = 0; i < headersLength; i++) {
      copy.headers[i] = i % 2 == 0 ? headers[i] : owned(headers[i]);
    }
    copy.headersLength = headersLength;
    copy.hash = hash;
    return copy;
  }

  private static AsciiString owned(AsciiString text) {
    return new AsciiString(text.array(), text.arrayOffset(), text.length(), true);
  }

  @Override
  public int compareTo(DecisionKey that) {
    int order = Integer.compare(hash, that.hash);
    order = order != 0 ? order : path.compareTo(that.path);
    order = order != 0 ? order : authority.compareTo(that.authority);
    order = order != 0 ? order : protocol.compareTo(that.protocol);
    order = order != 0 ? order : Integer.compare(headersLength, that.headersLength);
    for (int i = 0; order == 0 && i < headersLength; i++) {
      order = headers[i].compareTo(that.headers[i]);
    }
    return order != 0 ? order : groupText().compareTo(that.groupText());
  }

  private String groupText() {
    return group == null ? "" : group.value();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof DecisionKey that
        && hash == that.hash
        && protocol == that.protocol
        && authority.equals(that.authority)
        && path.equals(that.path)
        && (group == null ? that.group == null : group.equals(that.group))
        && Arrays.equals(headers, 0, headersLength, that.headers, 0, that.headersLength);
  }

  @Override
  public int hashCode() {
    return hash;
  }
}
