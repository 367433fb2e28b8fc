package dev.adit.core.tls;

import dev.adit.core.process.ContentWatch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the PEM files of one purpose: what they hold is in force within three seconds, and files
 * that cannot be used leave the last good ones in force. Works on a thread of its own.
 */
public final class FollowedTls implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(FollowedTls.class);

  /** Puts what the files hold in force; changes nothing if they cannot be used. */
  @FunctionalInterface
  public interface Loading {
    void load() throws IOException;
  }

  // deps
  private final String what;
  private final ContentWatch watch;

  // shared: what is wrong with the files now; empty if nothing is
  private volatile String problem = "";

  // shared
  private final AtomicLong loaded = new AtomicLong();
  private final AtomicLong refused = new AtomicLong();

  /**
   * To be made before the files are read for the first time, so that no change between is missed.
   *
   * @param what they are for, in the words of the configuration: {@code entry.tls}
   */
  public FollowedTls(String what, Collection<Path> files) {
    this.what = what;
    watch = new ContentWatch("tls-reload", files);
  }

  /** Follows the files from now on; once. */
  public void start(Loading loading) {
    watch.start(() -> load(loading));
  }

  private void load(Loading loading) {
    try {
      loading.load();
      problem = "";
      loaded.incrementAndGet();
      log.info("{}: changed certificates are in force for new connections", what);
    } catch (IOException e) {
      problem = what + " refused: " + e.getMessage();
      refused.incrementAndGet();
      log.error("{}; the last good certificates stay in force", problem);
    }
  }

  /** What is wrong with the files as they are; empty if they are in force. */
  public String problem() {
    return problem;
  }

  /** What the files are for. */
  public String what() {
    return what;
  }

  /** How often changed files have come into force. */
  public long loaded() {
    return loaded.get();
  }

  /** How often changed files were refused. */
  public long refused() {
    return refused.get();
  }

  @Override
  public void close() {
    watch.close();
  }
}
