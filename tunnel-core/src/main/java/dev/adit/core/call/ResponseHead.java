package dev.adit.core.call;

/**
 * The head of a response: HTTP status and header fields. A status below 200 is informational:
 * another head follows.
 *
 * @param status the HTTP status, 100 to 999
 */
public record ResponseHead(int status, HeaderFields fields) {
  public boolean isInformational() {
    return status < 200;
  }
}
