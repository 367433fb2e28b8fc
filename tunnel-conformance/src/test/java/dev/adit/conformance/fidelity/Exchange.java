package dev.adit.conformance.fidelity;

import dev.adit.conformance.peer.Answer;
import dev.adit.conformance.peer.Field;
import dev.adit.conformance.peer.RawStream;
import dev.adit.conformance.peer.StreamEvent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;

/** What both ends saw of one call. */
record Exchange(
    List<Field> requestHead,
    int requestBody,
    int requestBodyHash,
    List<List<Field>> informational,
    List<Field> responseHead,
    boolean headWasLast,
    int responseBody,
    int responseBodyHash,
    List<Field> trailers) {

  static Exchange of(List<Field> requestHead, byte[] requestBody, Answer answer) {
    if (answer.reset() != null && answer.trailers() == null && !answer.headWasLast()) {
      throw new AssertionError("the call was reset: " + answer);
    }
    return new Exchange(
        requestHead,
        requestBody.length,
        Arrays.hashCode(requestBody),
        answer.informational(),
        answer.head(),
        // The end of a response without a body may come with its head or just after it.
        answer.headWasLast() || (answer.body().length == 0 && answer.trailers() == null),
        answer.body().length,
        Arrays.hashCode(answer.body()),
        answer.trailers() == null ? List.of() : answer.trailers());
  }

  /**
   * The same with what may differ by our word put in one shape: pseudo-headers sorted, {@code te}
   * made anew at the end, and without the fields that a tunnel adds.
   */
  Exchange normalised() {
    List<Field> pseudoHeaders = new ArrayList<>();
    List<Field> fields = new ArrayList<>();
    List<Field> te = new ArrayList<>();
    for (Field field : requestHead) {
      switch (field.name()) {
        case "x-forwarded-for", "x-forwarded-proto", "x-request-id" -> {}
        case "te" -> te.add(field);
        default -> (field.name().startsWith(":") ? pseudoHeaders : fields).add(field);
      }
    }
    pseudoHeaders.sort(Comparator.comparing(Field::name));
    List<Field> all = new ArrayList<>(pseudoHeaders);
    all.addAll(fields);
    all.addAll(te);
    return new Exchange(
        all,
        requestBody,
        requestBodyHash,
        informational,
        responseHead,
        headWasLast,
        responseBody,
        responseBodyHash,
        trailers);
  }

  /** What is not the same, in words; empty if everything is. */
  String differenceTo(Exchange other) {
    StringBuilder text = new StringBuilder();
    differ(text, "request head", requestHead, other.requestHead);
    differ(text, "request body length", requestBody, other.requestBody);
    differ(text, "request body", requestBodyHash, other.requestBodyHash);
    differ(text, "1xx heads", informational, other.informational);
    differ(text, "response head", responseHead, other.responseHead);
    differ(text, "head was all", headWasLast, other.headWasLast);
    differ(text, "response body length", responseBody, other.responseBody);
    differ(text, "response body", responseBodyHash, other.responseBodyHash);
    differ(text, "trailers", trailers, other.trailers);
    return text.toString();
  }

  private static void differ(StringBuilder text, String what, Object direct, Object tunnelled) {
    if (direct.equals(tunnelled)) {
      return;
    }
    if (direct instanceof List<?> list && tunnelled instanceof List<?> other) {
      int at = 0;
      while (at < Math.min(list.size(), other.size()) && list.get(at).equals(other.get(at))) {
        at++;
      }
      differAt(text, what + " from [" + at + "]", rest(list, at), rest(other, at));
    } else {
      differAt(text, what, direct, tunnelled);
    }
  }

  private static Object rest(List<?> list, int from) {
    return list.subList(from, list.size());
  }

  private static void differAt(StringBuilder text, String what, Object direct, Object tunnelled) {
    text.append("\n").append(what).append("\n  direct    ").append(direct);
    text.append("\n  tunnelled ").append(tunnelled);
  }

  /**
   * Plays a backend's part: its response ends only after the request has, for the sender of a
   * request that nobody waits for is stopped.
   *
   * @return the body of the request
   */
  static byte[] answer(CallCase call, RawStream stream, boolean requestEnded, long seed)
      throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    boolean bare = call.trailers().isEmpty() && call.responseBody().isEmpty();
    boolean late = bare || new Random(seed).nextBoolean();
    if (late && !requestEnded) {
      drain(stream, body);
    }
    for (List<Field> head : call.informational()) {
      stream.head(head, false);
    }
    stream.head(call.response(), bare);
    boolean endsWithBody = late && call.trailers().isEmpty();
    if (!bare) {
      write(call, call.responseBody(), stream, seed, endsWithBody);
    }
    if (!late && !requestEnded) {
      drain(stream, body);
    }
    if (!call.trailers().isEmpty()) {
      stream.head(call.trailers(), true);
    } else if (!bare && !endsWithBody) {
      stream.data(new byte[0], true);
    }
    return body.toByteArray();
  }

  private static void drain(RawStream stream, ByteArrayOutputStream into) {
    StreamEvent event;
    do {
      event = stream.next();
      if (event instanceof StreamEvent.Data data) {
        into.writeBytes(data.bytes());
      } else if (event instanceof StreamEvent.Reset || event instanceof StreamEvent.Lost) {
        throw new AssertionError("the request ended with " + event);
      }
    } while (!event.last());
  }

  /** Writes a body in its cuts. */
  static void write(
      CallCase call, List<CallCase.Cut> cuts, RawStream stream, long seed, boolean last)
      throws IOException {
    byte[] body = call.body(cuts, seed);
    int from = 0;
    for (int i = 0; i < cuts.size(); i++) {
      CallCase.Cut cut = cuts.get(i);
      byte[] part = Arrays.copyOfRange(body, from, from + cut.length());
      boolean end = last && i == cuts.size() - 1;
      if (cut.padding() > 0) {
        stream.paddedData(part, cut.padding(), end);
      } else {
        stream.data(part, end);
      }
      from += cut.length();
    }
    if (last && cuts.isEmpty()) {
      stream.data(new byte[0], true);
    }
  }
}
