package dev.adit.core.http2;

import dev.adit.core.call.HeaderFields;
import dev.adit.core.call.ResponseHead;
import dev.adit.core.http2.write.BorrowedList;
import io.netty.handler.codec.EmptyHeaders;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/2 header list: the pseudo-headers by name, and the rest as {@link HeaderFields}. Fields
 * are checked as they are added: a name or value that RFC 9113 section 8.2.1 calls malformed, or a
 * repeated pseudo-header (8.3), is an {@link IllegalArgumentException}, which Netty's HPACK decoder
 * turns into a stream error. Only what the codec asks for is answered; everything else behaves as
 * for an empty list.
 */
public final class Http2HeaderFields extends EmptyHeaders<CharSequence, CharSequence, Http2Headers>
    implements BorrowedList, Iterable<Map.Entry<CharSequence, CharSequence>> {
  private static final AsciiString[] STATUS = new AsciiString[1000];

  static {
    for (int status = 100; status < 1000; status++) {
      STATUS[status] = AsciiString.cached(Integer.toString(status));
    }
  }

  private static final AsciiString[] PSEUDO_HEADERS = {
    PseudoHeaderName.STATUS.value(),
    PseudoHeaderName.METHOD.value(),
    PseudoHeaderName.SCHEME.value(),
    PseudoHeaderName.AUTHORITY.value(),
    PseudoHeaderName.PATH.value()
  };

  private HeaderFields fields;
  private @Nullable AsciiString method;
  private @Nullable AsciiString scheme;
  private @Nullable AsciiString authority;
  private @Nullable AsciiString path;
  private @Nullable AsciiString status;
  private boolean cut;

  /** An empty list that a decoder fills. */
  public Http2HeaderFields() {
    this(new HeaderFields());
  }

  private Http2HeaderFields(HeaderFields fields) {
    this.fields = fields;
  }

  /** Trailers. */
  public static Http2HeaderFields ofTrailers(HeaderFields trailers) {
    return new Http2HeaderFields(trailers);
  }

  public static Http2HeaderFields ofResponse(ResponseHead head) {
    return new Http2HeaderFields().show(head);
  }

  /** Shows a response's head from here on, whose fields are shared. */
  Http2HeaderFields show(ResponseHead head) {
    show(head.fields());
    status = STATUS[head.status()];
    return this;
  }

  /** Shows trailers from here on, which are shared. */
  Http2HeaderFields show(HeaderFields trailers) {
    fields = trailers;
    status = null;
    return this;
  }

  @Override
  public Http2Headers kept() {
    Http2HeaderFields kept = new Http2HeaderFields(fields);
    kept.method = method;
    kept.scheme = scheme;
    kept.authority = authority;
    kept.path = path;
    kept.status = status;
    return kept;
  }

  /**
   * A request's head.
   *
   * @param authority may be empty, and is missing then
   */
  public static Http2HeaderFields ofRequest(
      AsciiString method,
      AsciiString scheme,
      AsciiString authority,
      AsciiString path,
      HeaderFields fields) {
    Http2HeaderFields list = new Http2HeaderFields(fields);
    list.method = method;
    list.scheme = scheme;
    list.authority = authority.isEmpty() ? null : authority;
    list.path = path;
    return list;
  }

  /** The fields without the pseudo-headers; shared, not copied. */
  public HeaderFields fields() {
    return fields;
  }

  /** Bytes as RFC 9113 6.5.2 counts a header list, pseudo-headers among them. */
  public int listBytes() {
    int bytes = 0;
    for (Map.Entry<CharSequence, CharSequence> field : this) {
      bytes += field.getKey().length() + field.getValue().length() + 32;
    }
    return bytes;
  }

  /** For the next list. */
  @Override
  public Http2Headers clear() {
    fields.clear();
    method = null;
    scheme = null;
    authority = null;
    path = null;
    status = null;
    cut = false;
    return this;
  }

  /** Marks the list as a part only: the rest was more than is kept. */
  Http2HeaderFields cut() {
    cut = true;
    return this;
  }

  /** Whether the list was larger than may be, and this is the part of it that was kept. */
  public boolean isCut() {
    return cut;
  }

  @Override
  public Http2Headers add(CharSequence name, CharSequence value) {
    AsciiString field = AsciiString.of(name);
    AsciiString content = AsciiString.of(value);
    if (!FieldRules.isValue(content)) {
      throw new IllegalArgumentException("NUL, CR or LF in the value of a field");
    }
    if (!field.isEmpty() && field.byteAt(0) == ':') {
      addPseudoHeader(field, content);
      return this;
    }
    if (!FieldRules.isName(field)) {
      throw new IllegalArgumentException("a field name that is no lower case token");
    }
    fields.add(field, content);
    return this;
  }

  private void addPseudoHeader(AsciiString name, AsciiString value) {
    PseudoHeaderName pseudoHeader = PseudoHeaderName.getPseudoHeader(name);
    if (pseudoHeader == null) {
      throw new IllegalArgumentException("an unknown pseudo-header");
    }
    switch (pseudoHeader) {
      case METHOD -> method = once(method, value);
      case SCHEME -> scheme = once(scheme, value);
      case AUTHORITY -> authority = once(authority, value);
      case PATH -> path = once(path, value);
      case STATUS -> status = once(status, value);
      case PROTOCOL ->
          throw new IllegalArgumentException("pseudo-header :protocol without extended CONNECT");
    }
  }

  private static AsciiString once(@Nullable AsciiString before, AsciiString value) {
    if (before != null) {
      throw new IllegalArgumentException("a pseudo-header twice");
    }
    return value;
  }

  @Override
  public int size() {
    int pseudoHeaders = 0;
    for (int i = 0; i < PSEUDO_HEADERS.length; i++) {
      if (pseudoHeader(i) != null) {
        pseudoHeaders++;
      }
    }
    return pseudoHeaders + fields.size();
  }

  @Override
  public boolean isEmpty() {
    return size() == 0;
  }

  @Override
  public @Nullable CharSequence get(CharSequence name) {
    return fields.get(AsciiString.of(name));
  }

  @Override
  public boolean contains(CharSequence name) {
    return get(name) != null;
  }

  @Override
  public boolean contains(CharSequence name, CharSequence value, boolean caseInsensitive) {
    for (CharSequence each : getAll(name)) {
      if (caseInsensitive
          ? AsciiString.contentEqualsIgnoreCase(each, value)
          : AsciiString.contentEquals(each, value)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public List<CharSequence> getAll(CharSequence name) {
    AsciiString wanted = AsciiString.of(name);
    AsciiString first = fields.get(wanted);
    if (first == null) {
      return List.of();
    }
    List<CharSequence> values = new ArrayList<>(1);
    for (int i = 0; i < fields.size(); i++) {
      if (fields.name(i).equals(wanted)) {
        values.add(fields.value(i));
      }
    }
    return values;
  }

  /**
   * The number that the field is, in digits and nothing else; null where it is missing, otherwise
   * written, or there more than once.
   */
  @Override
  public @Nullable Long getLong(CharSequence name) {
    AsciiString wanted = AsciiString.of(name);
    AsciiString only = null;
    for (int i = 0; i < fields.size(); i++) {
      if (fields.name(i).equals(wanted)) {
        if (only != null) {
          return null;
        }
        only = fields.value(i);
      }
    }
    return only == null ? null : FieldRules.plainNumber(only);
  }

  @Override
  public Http2Headers setLong(CharSequence name, long value) {
    fields.set(AsciiString.of(name), AsciiString.cached(Long.toString(value)));
    return this;
  }

  @Override
  public Iterator<CharSequence> valueIterator(CharSequence name) {
    return getAll(name).iterator();
  }

  @Override
  public @Nullable AsciiString method() {
    return method;
  }

  @Override
  public @Nullable AsciiString scheme() {
    return scheme;
  }

  @Override
  public @Nullable AsciiString authority() {
    return authority;
  }

  @Override
  public @Nullable AsciiString path() {
    return path;
  }

  @Override
  public @Nullable AsciiString status() {
    return status;
  }

  @Override
  public Http2Headers method(CharSequence value) {
    method = AsciiString.of(value);
    return this;
  }

  @Override
  public Http2Headers scheme(CharSequence value) {
    scheme = AsciiString.of(value);
    return this;
  }

  @Override
  public Http2Headers authority(CharSequence value) {
    authority = AsciiString.of(value);
    return this;
  }

  @Override
  public Http2Headers path(CharSequence value) {
    path = AsciiString.of(value);
    return this;
  }

  @Override
  public Http2Headers status(CharSequence value) {
    status = AsciiString.of(value);
    return this;
  }

  private @Nullable AsciiString pseudoHeader(int index) {
    return switch (index) {
      case 0 -> status;
      case 1 -> method;
      case 2 -> scheme;
      case 3 -> authority;
      default -> path;
    };
  }

  @Override
  public Iterator<Map.Entry<CharSequence, CharSequence>> iterator() {
    return new FieldIterator();
  }

  /**
   * Walks pseudo-headers, then fields; one entry object serves the whole walk, which is all the
   * HPACK encoder needs.
   */
  private final class FieldIterator
      implements Iterator<Map.Entry<CharSequence, CharSequence>>,
          Map.Entry<CharSequence, CharSequence> {
    private int next = nextPresent(0);
    private int current;

    private int nextPresent(int from) {
      int index = from;
      while (index < PSEUDO_HEADERS.length && pseudoHeader(index) == null) {
        index++;
      }
      return index;
    }

    @Override
    public boolean hasNext() {
      return next < PSEUDO_HEADERS.length + fields.size();
    }

    @Override
    public Map.Entry<CharSequence, CharSequence> next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      current = next;
      next = nextPresent(next + 1);
      return this;
    }

    @Override
    public CharSequence getKey() {
      return current < PSEUDO_HEADERS.length
          ? PSEUDO_HEADERS[current]
          : fields.name(current - PSEUDO_HEADERS.length);
    }

    @Override
    public CharSequence getValue() {
      if (current >= PSEUDO_HEADERS.length) {
        return fields.value(current - PSEUDO_HEADERS.length);
      }
      return Objects.requireNonNull(pseudoHeader(current));
    }

    @Override
    public CharSequence setValue(CharSequence value) {
      throw new UnsupportedOperationException("a header list is read only");
    }
  }
}
