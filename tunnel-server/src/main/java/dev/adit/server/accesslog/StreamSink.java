package dev.adit.server.accesslog;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;

/** Lines on a stream such as standard output. Used by the writer only. */
final class StreamSink implements LogSink {
  private final OutputStream out;

  // state
  private String problem = "";

  /** How much of a write got through is not known: the next begins on a line of its own. */
  private boolean torn;

  StreamSink(OutputStream out) {
    this.out = out;
  }

  @Override
  public int write(byte[] lines, int length) {
    try {
      if (torn) {
        out.write('\n');
      }
      torn = true;
      out.write(lines, 0, length);
      out.flush();
      if (out instanceof PrintStream stream && stream.checkError()) {
        throw new IOException("the stream is closed");
      }
      torn = false;
      return length;
    } catch (IOException e) {
      problem = "standard output: " + e.getMessage();
      return 0;
    }
  }

  @Override
  public String problem() {
    return problem;
  }

  @Override
  public void reopen() {
    // Whoever reads it has it open.
  }

  @Override
  public void close() throws IOException {
    out.flush();
  }
}
