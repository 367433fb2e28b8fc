package dev.adit.server.policy;

import dev.adit.core.call.HeaderFields;
import dev.adit.core.call.ResponseHead;
import io.netty.util.AsciiString;
import java.util.List;

/**
 * What is changed in a list of headers: first removed, then set, then added.
 *
 * @param set replaces all fields of the name
 * @param add beside those that are there
 */
public record HeaderChanges(List<Field> set, List<Field> add, List<AsciiString> remove) {

  /** Leaves everything as it is. */
  public static final HeaderChanges NONE = new HeaderChanges(List.of(), List.of(), List.of());

  public HeaderChanges {
    set = List.copyOf(set);
    add = List.copyOf(add);
    remove = List.copyOf(remove);
  }

  /** A field to write; the name is in lower case. */
  public record Field(AsciiString name, AsciiString value) {}

  /** Nothing is changed. */
  public boolean isEmpty() {
    return set.isEmpty() && add.isEmpty() && remove.isEmpty();
  }

  /** A head with the changes: the same where there are none, else a copy. */
  public ResponseHead appliedTo(ResponseHead head) {
    if (isEmpty()) {
      return head;
    }
    HeaderFields changed = head.fields().copy();
    applyTo(changed);
    return new ResponseHead(head.status(), changed);
  }

  /** Changes {@code fields} in place. */
  public void applyTo(HeaderFields fields) {
    for (AsciiString name : remove) {
      fields.remove(name);
    }
    for (Field field : set) {
      fields.set(field.name(), field.value());
    }
    for (Field field : add) {
      fields.add(field.name(), field.value());
    }
  }
}
