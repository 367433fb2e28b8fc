package dev.adit.core.admin;

import java.util.concurrent.CompletionStage;

/** What a POST to a path of the admin port does. */
@FunctionalInterface
public interface AdminAction {

  /**
   * Begins it. Called on the admin loop, which must not wait.
   *
   * @param body of the request, at most 64 KiB
   * @return the answer; completed by any thread
   */
  CompletionStage<AdminPage> begin(String body);
}
