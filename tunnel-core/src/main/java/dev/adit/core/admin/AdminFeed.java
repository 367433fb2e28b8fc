package dev.adit.core.admin;

import org.jspecify.annotations.Nullable;

/**
 * What a GET of a path of the admin port answers without an end: server-sent events. Its methods
 * are called on the admin loop, which must not wait.
 *
 * <p>A GET needs the header that actions need: a page of another site must not hold a place here.
 */
public interface AdminFeed {

  /** Why one more viewer is not taken now; null: it is. */
  @Nullable AdminPage refusal();

  /** Begins to tell a viewer, right after {@link #refusal} has had nothing against it. */
  void join(AdminViewer viewer);
}
