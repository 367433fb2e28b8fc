package dev.adit.demo.backend.platform;

import io.grpc.stub.ServerCallStreamObserver;
import java.util.Iterator;
import java.util.List;

/**
 * Sends a list no faster than the caller reads it. Confined to gRPC's serial callbacks of the call.
 */
final class PacedList<T> {
  private final Iterator<T> rest;
  private final ServerCallStreamObserver<T> answers;
  private boolean completed;

  private PacedList(Iterator<T> rest, ServerCallStreamObserver<T> answers) {
    this.rest = rest;
    this.answers = answers;
  }

  /** Sends and completes; to be called before the service method returns. */
  static <T> void send(List<T> list, ServerCallStreamObserver<T> answers) {
    answers.setOnReadyHandler(new PacedList<>(list.iterator(), answers)::sendWhileReady);
  }

  private void sendWhileReady() {
    while (answers.isReady() && rest.hasNext()) {
      answers.onNext(rest.next());
    }
    if (!rest.hasNext() && !completed) {
      completed = true;
      answers.onCompleted();
    }
  }
}
