package dev.adit.conformance.peer;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that came on one stream until its end.
 *
 * @param informational heads with a 1xx status
 * @param head empty if there was none
 * @param headWasLast the head ended the stream: Trailers-Only, or a response without a body
 * @param trailers null if there were none
 * @param reset the code of a RST_STREAM before the end; null if there was none
 */
@SuppressWarnings("ArrayRecordComponent") // made to be looked into, not compared
public record Answer(
    List<List<Field>> informational,
    List<Field> head,
    boolean headWasLast,
    byte[] body,
    @Nullable List<Field> trailers,
    @Nullable Integer reset) {

  public String status() {
    return String.valueOf(Field.value(head, ":status"));
  }

  /** A field of the trailers, or of the head where that is all there is. */
  public @Nullable String last(String name) {
    return Field.value(trailers == null ? head : trailers, name);
  }

  public String text() {
    return new String(body, StandardCharsets.UTF_8);
  }

  @Override
  public String toString() {
    return "head "
        + head
        + (headWasLast ? " and no more" : ", body of " + body.length + " B")
        + (trailers == null ? "" : ", trailers " + trailers)
        + (reset == null ? "" : ", reset " + reset);
  }
}
