package dev.adit.agent.backend.connection;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Notes what a connection tells its owner. Any thread. */
final class OwnerLog implements ConnectionOwner {
  final List<String> told = new CopyOnWriteArrayList<>();

  @Override
  public void onReady() {
    told.add("ready");
  }

  @Override
  public void onFree() {}

  @Override
  public void onDraining(BackendConnection which) {
    told.add("draining");
  }

  @Override
  public void onConnectionError(String why) {
    told.add("error: " + why);
  }

  @Override
  public void onClosed(BackendConnection which, boolean wasReady, String why) {
    told.add((wasReady ? "lost: " : "never up: ") + why);
  }
}
