package dev.adit.demo.tour;

import io.grpc.Channel;

/**
 * One call of the tour.
 *
 * @param host the host the caller asks for
 * @param method the full name of the method, for the reader
 * @param expected who must have taken the call
 */
public record Step(RpcKind kind, String host, String method, Takers expected, Scene scene) {

  /** The four kinds of RPC. */
  public enum RpcKind {
    UNARY("unary"),
    SERVER_STREAMING("server stream"),
    CLIENT_STREAMING("client stream"),
    BIDI_STREAMING("bidi stream");

    private final String words;

    RpcKind(String words) {
      this.words = words;
    }

    String words() {
      return words;
    }
  }

  /** Makes the call, checks what came back, and tells it. */
  public interface Scene {
    /**
     * Plays the scene.
     *
     * @param recorded for the call of this step
     * @param aside for calls that only help it along
     */
    Exchange play(Channel recorded, Channel aside) throws Exception;
  }

  /** What was asked and answered, for the reader. */
  public record Exchange(String request, String answer) {}
}
