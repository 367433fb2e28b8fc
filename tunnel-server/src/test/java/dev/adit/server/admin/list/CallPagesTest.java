package dev.adit.server.admin.list;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.adit.core.admin.AdminAction;
import dev.adit.server.accesslog.AccessLog;
import dev.adit.server.calls.RunningCalls;
import dev.adit.server.config.AccessLogConfig;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Clock;
import java.util.Objects;
import org.junit.jupiter.api.Test;

final class CallPagesTest {

  /** Else it would look as if the newest had been left out. */
  @Test
  void callsThatBeganAfterTheListWasMadeAreNotCounted() throws IOException {
    AccessLog log =
        new AccessLog(
            AccessLogConfig.of(AccessLogConfig.Format.OFF),
            OutputStream.nullOutputStream(),
            Clock.systemUTC());
    CallPages pages = new CallPages(new RunningCalls(log), () -> 3, Runnable::run);
    AdminAction calls = Objects.requireNonNull(pages.actions().get("/calls"));
    String body = calls.begin("").toCompletableFuture().join().body();
    JsonObject shown = JsonParser.parseString(body).getAsJsonObject();
    assertEquals(0, shown.get("looked").getAsInt());
    assertEquals(0, shown.get("running").getAsInt());
  }
}
