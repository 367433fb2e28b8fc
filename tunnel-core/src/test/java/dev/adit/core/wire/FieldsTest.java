package dev.adit.core.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import dev.adit.proto.v1.Accepted;
import dev.adit.proto.v1.Frame;
import dev.adit.proto.v1.Header;
import dev.adit.proto.v1.RequestHead;
import dev.adit.proto.v1.Reset;
import dev.adit.proto.v1.ResponseHead;
import dev.adit.proto.v1.Trailers;
import dev.adit.proto.v1.TunnelMessage;
import java.lang.reflect.Field;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class FieldsTest {
  private static final Map<String, Descriptor> MESSAGES =
      Map.of(
          "MESSAGE", TunnelMessage.getDescriptor(),
          "FRAME", Frame.getDescriptor(),
          "HEADER", Header.getDescriptor(),
          "REQUEST", RequestHead.getDescriptor(),
          "RESPONSE", ResponseHead.getDescriptor(),
          "TRAILERS", Trailers.getDescriptor(),
          "ACCEPTED", Accepted.getDescriptor(),
          "RESET", Reset.getDescriptor(),
          "HEARTBEAT", dev.adit.proto.v1.Heartbeat.getDescriptor());

  @Test
  void everyNumberIsTheOneInTheProtoFile() throws IllegalAccessException {
    int checked = 0;
    for (Field constant : Fields.class.getDeclaredFields()) {
      if (constant.isSynthetic()) {
        continue;
      }
      String[] words = constant.getName().split("_", 2);
      Descriptor message = MESSAGES.get(words[0]);
      assertNotNull(message, constant.getName());
      FieldDescriptor field = message.findFieldByName(words[1].toLowerCase(Locale.ROOT));
      assertNotNull(field, constant.getName());
      assertEquals(field.getNumber(), constant.getInt(null), constant.getName());
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
