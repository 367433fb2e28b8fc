package dev.adit.demo.backend.platform;

import dev.adit.demo.proto.platform.User;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The users, in the order they were created. Any thread. */
final class UserStore {
  // shared, guarded by this
  private final Map<String, User> byId = new LinkedHashMap<>();
  private long created;

  synchronized Optional<User> get(String id) {
    return Optional.ofNullable(byId.get(id));
  }

  /** A copy of the users whose name begins with {@code prefix}. */
  synchronized List<User> withNamePrefix(String prefix) {
    return byId.values().stream().filter(user -> user.getName().startsWith(prefix)).toList();
  }

  /** Creates a user; empty if somebody has that address already. */
  synchronized Optional<User> create(String name, String email) {
    if (byId.values().stream().anyMatch(user -> user.getEmail().equals(email))) {
      return Optional.empty();
    }
    created++;
    User user =
        User.newBuilder()
            .setId("user-" + created)
            .setName(name)
            .setEmail(email)
            .setVersion(1)
            .build();
    byId.put(user.getId(), user);
    return Optional.of(user);
  }

  /** Changes what is not empty; empty if there is no such user. */
  synchronized Optional<User> update(String id, String name, String email) {
    return Optional.ofNullable(
        byId.computeIfPresent(
            id,
            (key, old) -> {
              User.Builder user = old.toBuilder().setVersion(old.getVersion() + 1);
              if (!name.isEmpty()) {
                user.setName(name);
              }
              if (!email.isEmpty()) {
                user.setEmail(email);
              }
              return user.build();
            }));
  }

  synchronized boolean delete(String id) {
    return byId.remove(id) != null;
  }
}
