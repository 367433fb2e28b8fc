package dev.adit.core.admin;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.protobuf.ByteString;

/**
 * An answer of the admin port.
 *
 * @param status the HTTP status
 */
public record AdminPage(int status, String contentType, ByteString bytes) {

  /** Made for the first page that has some. */
  private static final class Json {
    static final Gson WRITER = new GsonBuilder().disableHtmlEscaping().setPrettyPrinting().create();
  }

  public AdminPage(int status, String contentType, String body) {
    this(status, contentType, ByteString.copyFromUtf8(body));
  }

  /** What it says, of one that is text. */
  public String body() {
    return bytes.toStringUtf8();
  }

  public static AdminPage text(int status, String body) {
    return new AdminPage(status, "text/plain; charset=utf-8", body);
  }

  /**
   * A value as JSON.
   *
   * @param value records, lists, maps, strings and numbers
   */
  public static AdminPage json(Object value) {
    return new AdminPage(200, "application/json", Json.WRITER.toJson(value) + "\n");
  }
}
