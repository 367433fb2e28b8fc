package dev.adit.server.accesslog;

import java.io.Closeable;
import java.io.IOException;

/** Where lines go. Used by the writer only. */
interface LogSink extends Closeable {
  /**
   * Writes lines.
   *
   * @param lines whole ones
   * @return how many bytes of whole lines were written; fewer than {@code length}: the rest could
   *     not be, and will not be
   */
  int write(byte[] lines, int length);

  /** Why the last write was incomplete. */
  String problem();

  /** Opens the file of this name again: it may have been moved. */
  void reopen();

  @Override
  void close() throws IOException;
}
