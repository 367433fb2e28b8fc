package dev.adit.demo.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One program that runs as a child of this process. Its stderr goes to {@code NAME.log} in its
 * directory; its stdout is read here, line by line, by a thread of its own. Any thread.
 */
public final class ChildProcess {
  private static final int OUTPUT_LINES_KEPT = 1000;
  private static final int TAIL_LINES = 30;
  private static final Duration KILL_WAIT = Duration.ofSeconds(5);

  // deps
  private final ChildCommand command;
  private final Process process;
  private final Path log;

  // shared: the future is thread-safe, the deque is guarded by itself
  private final CompletableFuture<ReadyLine> ready = new CompletableFuture<>();
  private final Deque<String> output = new ArrayDeque<>();

  private ChildProcess(ChildCommand command, Process process, Path log) {
    this.command = command;
    this.process = process;
    this.log = log;
  }

  /** Starts the program. {@link Children#start} is the usual way, for it also ends it. */
  static ChildProcess start(ChildCommand command) throws IOException {
    Path log = command.directory().resolve(command.name() + ".log");
    ProcessBuilder builder = new ProcessBuilder(command.words());
    builder.directory(command.directory().toFile());
    builder.environment().putAll(command.environment());
    builder.redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
    Process process = builder.start();
    process.getOutputStream().close();
    ChildProcess child = new ChildProcess(command, process, log);
    Thread reader = new Thread(child::readOutput, "stdout-of-" + command.name());
    reader.setDaemon(true);
    reader.start();
    return child;
  }

  public String name() {
    return command.name();
  }

  public long pid() {
    return process.pid();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** The file that takes what the program writes to stderr. */
  public Path log() {
    return log;
  }

  /** The last lines the program wrote to stdout, oldest first. */
  public List<String> output() {
    synchronized (output) {
      return List.copyOf(output);
    }
  }

  /** The last lines of stdout and of the log, oldest first. */
  public List<String> logTail() {
    List<String> tail = new ArrayList<>(last(output()));
    tail.addAll(LogTail.read(log, TAIL_LINES));
    return tail;
  }

  /** Waits for the ready line. */
  public ReadyLine awaitReady(Duration timeout) throws ChildException, InterruptedException {
    try {
      return ready.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw failed("was not ready after " + timeout.toMillis() + " ms");
    } catch (ExecutionException e) {
      throw failed(endText());
    }
  }

  /** Throws if the program has ended. */
  public void checkAlive() throws ChildException {
    if (!isAlive()) {
      throw failed("ended with exit code " + process.exitValue());
    }
  }

  /** Waits for the program to end by itself. */
  public int awaitEnd(Duration timeout) throws ChildException, InterruptedException {
    if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
      throw failed("still runs after " + timeout.toMillis() + " ms");
    }
    return process.exitValue();
  }

  /** Asks the program to end (SIGTERM). */
  public void terminate() {
    process.destroy();
  }

  /** Ends the program at once (SIGKILL). */
  public void kill() {
    process.destroyForcibly();
  }

  /** SIGTERM, up to {@code grace} of waiting, then SIGKILL. */
  public ChildEnd stop(Duration grace) throws InterruptedException {
    terminate();
    if (process.waitFor(grace.toMillis(), TimeUnit.MILLISECONDS)) {
      return new ChildEnd(process.exitValue(), false);
    }
    kill();
    if (!process.waitFor(KILL_WAIT.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new IllegalStateException(name() + " (pid " + pid() + ") outlived SIGKILL");
    }
    return new ChildEnd(process.exitValue(), true);
  }

  private void readOutput() {
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        keep(line);
        ReadyLine.parse(line).ifPresent(ready::complete);
      }
    } catch (IOException e) {
      keep("(stdout could not be read: " + e.getMessage() + ")");
    } finally {
      ready.completeExceptionally(new IOException("stdout closed"));
    }
  }

  private void keep(String line) {
    synchronized (output) {
      if (output.size() == OUTPUT_LINES_KEPT) {
        output.removeFirst();
      }
      output.addLast(line);
    }
  }

  private String endText() throws InterruptedException {
    // Stdout closes a moment before the exit code is known.
    if (process.waitFor(KILL_WAIT.toMillis(), TimeUnit.MILLISECONDS)) {
      return "ended with exit code " + process.exitValue() + " before it was ready";
    }
    return "closed its stdout before it was ready";
  }

  private ChildException failed(String what) {
    return new ChildException(name(), what, logTail());
  }

  private static List<String> last(List<String> lines) {
    return lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size());
  }
}
