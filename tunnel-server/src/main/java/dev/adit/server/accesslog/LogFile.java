package dev.adit.server.accesslog;

import dev.adit.server.config.AccessLogConfig;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file of lines, which is put aside when it is full: {@code access.log} becomes {@code
 * access.log.1}, that {@code access.log.2}, and so on; the oldest goes. Used by the writer only.
 */
final class LogFile implements LogSink {
  private static final Logger log = LoggerFactory.getLogger(LogFile.class);

  /** Before a file that could not be put aside is tried again. */
  private static final long AGAIN_NANOS = TimeUnit.MINUTES.toNanos(1);

  // deps
  private final Path path;
  private final long maxBytes;
  private final int keep;

  // state
  private FileChannel channel;
  private String problem = "";
  private boolean torn;
  private boolean stuck;
  private long stuckNanos;

  /**
   * Opens the file to add lines to it.
   *
   * @param maxBytes {@link AccessLogConfig#UNLIMITED}: it is never put aside
   * @param keep how many of them are kept beside it
   */
  LogFile(Path path, long maxBytes, int keep) throws IOException {
    this.path = path;
    this.maxBytes = maxBytes;
    this.keep = keep;
    channel = open(path);
  }

  private static FileChannel open(Path path) throws IOException {
    return FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  @Override
  public int write(byte[] lines, int length) {
    ByteBuffer left = ByteBuffer.wrap(lines, 0, length);
    try {
      rotateIfFull(length);
      if (torn) {
        channel.write(ByteBuffer.wrap(new byte[] {'\n'}));
        torn = false;
      }
      while (left.hasRemaining()) {
        channel.write(left);
      }
      return length;
    } catch (IOException e) {
      problem = path + ": " + e.getMessage();
      int whole = wholeLines(lines, left.position());
      torn = torn || (left.position() > whole && !cutBack(left.position() - whole));
      return whole;
    }
  }

  private static int wholeLines(byte[] lines, int written) {
    int end = written;
    while (end > 0 && lines[end - 1] != '\n') {
      end--;
    }
    return end;
  }

  /** Takes the begin of a line away again; false if this is no file that can be cut. */
  private boolean cutBack(int bytes) {
    try {
      channel.truncate(channel.size() - bytes);
      return true;
    } catch (IOException | IllegalArgumentException e) {
      return false;
    }
  }

  private void rotateIfFull(int more) throws IOException {
    if (maxBytes == AccessLogConfig.UNLIMITED
        || channel.size() == 0
        || channel.size() + more <= maxBytes
        || (stuck && System.nanoTime() - stuckNanos < AGAIN_NANOS)) {
      return;
    }
    try {
      for (int age = keep - 1; age > 0; age--) {
        if (Files.exists(old(age))) {
          Files.move(old(age), old(age + 1), StandardCopyOption.REPLACE_EXISTING);
        }
      }
      Files.move(path, old(1), StandardCopyOption.REPLACE_EXISTING);
      replace(open(path));
      stuck = false;
    } catch (IOException e) {
      stuck = true;
      stuckNanos = System.nanoTime();
      log.warn("{} is full but cannot be put aside, it grows on: {}", path, e.toString());
    }
  }

  private Path old(int age) {
    return path.resolveSibling(path.getFileName() + "." + age);
  }

  private void replace(FileChannel opened) throws IOException {
    FileChannel before = channel;
    channel = opened;
    torn = false;
    before.close();
  }

  @Override
  public String problem() {
    return problem;
  }

  @Override
  public void reopen() {
    try {
      replace(open(path));
      log.info("access log {} is opened again", path);
    } catch (IOException e) {
      log.error(
          "access log {} cannot be opened again, the old file is used on: {}", path, e.toString());
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
