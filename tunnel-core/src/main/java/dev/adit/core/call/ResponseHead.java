package dev.adit.core.call;

/**
 * The head of a response: HTTP status and header fields. A status below 200 is informational:
 * another head follows.
 *
 * @param status the HTTP status, 100 to 999
 */
public record ResponseHead(int status, HeaderFields fields) {
  /**
   * What all informational heads of one call may have together. No credit holds them back, so they
   * would fill the memory of whoever passes them on to a caller that does not read.
   */
  public static final int MOST_INFORMATIONAL_BYTES = 64 * 1024;

  /**
   * What a head, or trailers, may have, bytes as RFC 9113 6.5.2 counts them. A larger list would
   * end the connection of most callers, with all their calls.
   */
  public static final int MOST_BYTES = 64 * 1024;

  private static final int STATUS_BYTES = 32 + ":status".length() + 3;

  public boolean isInformational() {
    return status < 200;
  }

  /** Bytes as RFC 9113 6.5.2 counts a header list, the status among them. */
  public int listBytes() {
    return STATUS_BYTES + fields.listBytes();
  }
}
