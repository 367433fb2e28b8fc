package dev.adit.demo.site;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The server's access log: one JSON object a call. Read from the start for each question. */
public final class AccessLog {
  private static final long MAX_WAIT_MS = 100;

  private final Path file;

  public AccessLog(Path file) {
    this.file = file;
  }

  /**
   * What the server did with one call; each empty if it did not get that far.
   *
   * @param rule the rule that took the call
   * @param group the group the rule named
   * @param agent the agent that was chosen
   */
  public record Entry(Optional<String> rule, Optional<String> group, Optional<String> agent) {
    private static Entry of(JsonObject line) {
      return new Entry(text(line, "rule"), text(line, "group"), text(line, "agent"));
    }
  }

  /** Waits for the line of a call, which is written when the call has ended. */
  public Optional<Entry> await(String requestId, Duration timeout)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + timeout.toNanos();
    try (WatchService changes = FileSystems.getDefault().newWatchService()) {
      directory()
          .register(
              changes, StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_MODIFY);
      Optional<Entry> entry = find(requestId);
      while (entry.isEmpty() && System.nanoTime() < deadline) {
        var key = changes.poll(MAX_WAIT_MS, TimeUnit.MILLISECONDS);
        if (key != null) {
          key.pollEvents();
          key.reset();
        }
        entry = find(requestId);
      }
      return entry;
    }
  }

  private Path directory() throws IOException {
    Path directory = file.toAbsolutePath().getParent();
    if (directory == null) {
      throw new IOException("access log " + file + " is in no directory");
    }
    return directory;
  }

  private Optional<Entry> find(String requestId) throws IOException {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    String text = Files.readString(file);
    // The last line may still be in the making.
    return text.substring(0, text.lastIndexOf('\n') + 1)
        .lines()
        .filter(line -> line.contains(requestId))
        .map(line -> JsonParser.parseString(line).getAsJsonObject())
        .filter(line -> text(line, "requestId").equals(Optional.of(requestId)))
        .map(Entry::of)
        .findFirst();
  }

  private static Optional<String> text(JsonObject line, String field) {
    @Nullable JsonElement value = line.get(field);
    if (value == null || !value.isJsonPrimitive() || value.getAsString().isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(value.getAsString());
  }
}
