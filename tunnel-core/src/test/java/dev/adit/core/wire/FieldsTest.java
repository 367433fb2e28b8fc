package dev.adit.core.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adit.proto.v1.Accepted;
import dev.adit.proto.v1.Frame;
import dev.adit.proto.v1.Header;
import dev.adit.proto.v1.RequestHead;
import dev.adit.proto.v1.Reset;
import dev.adit.proto.v1.ResponseHead;
import dev.adit.proto.v1.Trailers;
import dev.adit.proto.v1.TunnelMessage;
import java.lang.reflect.Field;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class FieldsTest {
  private static final Map<String, Class<?>> MESSAGES =
      Map.of(
          "MESSAGE", TunnelMessage.class,
          "FRAME", Frame.class,
          "HEADER", Header.class,
          "REQUEST", RequestHead.class,
          "RESPONSE", ResponseHead.class,
          "TRAILERS", Trailers.class,
          "ACCEPTED", Accepted.class,
          "RESET", Reset.class,
          "HEARTBEAT", dev.adit.proto.v1.Heartbeat.class);

  @Test
  void everyNumberIsTheOneInTheProtoFile() throws ReflectiveOperationException {
    int checked = 0;
    for (Field constant : Fields.class.getDeclaredFields()) {
      if (constant.isSynthetic()) {
        continue;
      }
      String[] words = constant.getName().split("_", 2);
      Class<?> message = MESSAGES.get(words[0]);
      assertNotNull(message, constant.getName());
      int number = message.getField(words[1] + "_FIELD_NUMBER").getInt(null);
      assertEquals(number, constant.getInt(null), constant.getName());
      checked++;
    }
    assertTrue(checked > 25, "constants: " + checked);
  }

  @Test
  void dataIsTheLastFieldSoThatAReaderCanCutThrough() {
    assertTrue(Fields.FRAME_DATA > Fields.FRAME_LAST_CHUNK);
    assertTrue(Fields.FRAME_DATA > Fields.FRAME_REQUEST_ID);
  }
}
