package dev.adit.agent.backend.connection;

import dev.adit.core.call.HeaderFields;
import dev.adit.core.call.ResponseHead;

/**
 * Heads and trailers of the responses of one connection: those like the last share it, as most do,
 * and any other is a copy. Confined to its loop; what it gives out is not to be changed, and may go
 * anywhere.
 */
final class AlikeResponses {
  /** A longer list is not kept for the responses to come. */
  private static final int MOST_KEPT_BYTES = 1024;

  // state, confined to the loop
  private ResponseHead lastHead = new ResponseHead(0, new HeaderFields(0));
  private HeaderFields lastTrailers = new HeaderFields(0);

  /**
   * A head like this one.
   *
   * @param fields borrowed
   */
  ResponseHead head(int status, HeaderFields fields) {
    if (status == lastHead.status() && fields.equals(lastHead.fields())) {
      return lastHead;
    }
    ResponseHead head = new ResponseHead(status, fields.copy());
    if (head.listBytes() <= MOST_KEPT_BYTES) {
      lastHead = head;
    }
    return head;
  }

  /**
   * Trailers like these.
   *
   * @param fields borrowed
   */
  HeaderFields trailers(HeaderFields fields) {
    if (fields.equals(lastTrailers)) {
      return lastTrailers;
    }
    HeaderFields trailers = fields.copy();
    if (trailers.listBytes() <= MOST_KEPT_BYTES) {
      lastTrailers = trailers;
    }
    return trailers;
  }
}
