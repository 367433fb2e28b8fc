package dev.adit.conformance.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.core.call.CallFailure;
import dev.adit.core.http2.StatusTranslator;
import dev.adit.server.admin.live.Advice;
import io.netty.handler.codec.http2.Http2Error;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The tables of docs/errors.md say what the code does. */
final class ErrorTablesTest {
  private static final Document ERRORS = Document.named("docs/errors.md");

  /** A failure as a row of the table has it: token, gRPC status, HTTP status, asks to wait. */
  private static List<String> row(CallFailure failure) {
    return List.of(
        failure.token().toString(),
        failure.grpcCode().name(),
        Integer.toString(failure.httpStatus()),
        failure.asksForPushback() ? "yes" : "");
  }

  @Test
  void everyReasonTokenHasItsRowAndNoOtherRowIsThere() {
    List<List<String>> written =
        ERRORS.table("Reason tokens").stream()
            .map(
                cells ->
                    List.of(
                        cells.get(0),
                        firstWord(cells.get(2)),
                        firstWord(cells.get(3)),
                        cells.get(4)))
            .toList();
    assertEquals(Arrays.stream(CallFailure.values()).map(ErrorTablesTest::row).toList(), written);
  }

  @Test
  void everyReasonSaysWhatToDo() {
    for (List<String> cells : ERRORS.table("Reason tokens")) {
      assertEquals(6, cells.size(), cells.toString());
      assertTrue(cells.stream().limit(4).noneMatch(String::isEmpty), cells.toString());
      assertTrue(cells.get(5).length() > 10, cells.toString());
    }
  }

  /** The web page says the same, without marks. */
  @Test
  void pageGivesTheSameAdvice() {
    for (List<String> cells : ERRORS.table("Reason tokens")) {
      CallFailure failure = CallFailure.ofToken(cells.get(0));
      assertEquals(
          cells.get(5).replaceAll("\\[([^]]*)]\\([^)]*\\)", "$1"),
          Advice.of(Objects.requireNonNull(failure)),
          cells.get(0));
    }
  }

  @Test
  void resetCodesAreTranslatedAsWritten() {
    List<List<String>> rows = ERRORS.table("Backend resets");
    for (List<String> cells : rows) {
      if (cells.get(0).equals("any other")) {
        continue;
      }
      Http2Error error = Http2Error.valueOf(cells.get(0));
      assertEquals(StatusTranslator.ofReset(error.code()).name(), cells.get(1), cells.get(0));
    }
    List<String> named = rows.stream().map(cells -> cells.get(0)).toList();
    List<Http2Error> unnamed =
        Arrays.stream(Http2Error.values()).filter(error -> !named.contains(error.name())).toList();
    for (Http2Error error : unnamed) {
      assertEquals(
          rows.get(rows.size() - 1).get(1),
          StatusTranslator.ofReset(error.code()).name(),
          error.name());
    }
  }

  @Test
  void httpStatusesAreTranslatedAsWritten() {
    List<List<String>> rows = ERRORS.table("Backend answers without grpc-status");
    for (int status : IntStream.range(200, 600).toArray()) {
      String written =
          rows.stream()
              .filter(cells -> List.of(cells.get(0).split(", ")).contains("" + status))
              .map(cells -> cells.get(1))
              .findAny()
              .orElse(rows.get(rows.size() - 1).get(1));
      assertEquals(StatusTranslator.ofHttpStatus(status).name(), written, "HTTP " + status);
    }
  }

  private static String firstWord(String cell) {
    return cell.split("[ ,]", 2)[0];
  }
}
